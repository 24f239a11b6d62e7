/** A browser's program: found, started in a process group of its own, and ended as a whole. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { waitAtMost } from "../../../src/core/settle.ts";

/** Path of the first of `names` that is installed. */
export function find(...names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** A started program. */
export interface Program {
  /** The first match of `pattern` in what it prints; rejects when it ends without one, or a minute passes. */
  printed(pattern: RegExp): Promise<string>;
  /** Ends it and all that it started, and removes its folder. */
  end(): Promise<void>;
}

/** Becomes the program, and beside it waits for the end of this process, however it comes, to end all of the program's. */
const guarded = 'exec 3<&0; (cat <&3; kill -9 0) >/dev/null 2>&1 & exec "$@" </dev/null 3<&-';

/** Starts a program with a folder of its own as its home; `args` of the folder, as profiles lie there. */
export function start(
  path: string,
  args: (folder: string) => readonly string[],
  { cwd, env }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Program {
  const folder = mkdtempSync(join(tmpdir(), "epochal-browser-"));
  const child = spawn("sh", ["-c", guarded, "sh", path, ...args(folder)], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...(env ?? process.env), HOME: folder, XDG_RUNTIME_DIR: folder },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let text = "";
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      text += error.message;
      resolve();
    });
  });
  const heard = new EventTarget();
  const hear = (chunk: Buffer): void => {
    // Browsers are talkative: only what came last.
    text = (text + chunk).slice(-65536);
    heard.dispatchEvent(new Event("text"));
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return {
    printed(pattern) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (match) resolve(match[1] ?? match[0]);
        };
        heard.addEventListener("text", look);
        look();
        void ended.then(() => reject(new Error(`${path} ended:\n${text}`)));
        setTimeout(
          () => reject(new Error(`${path} has not said ${pattern} in a minute:\n${text}`)),
          60_000,
        ).unref();
      });
    },
    async end() {
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // All have ended by themselves.
      }
      // Whoever has its output open is still alive, and may write into the folder.
      await waitAtMost(closed, 5000);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
