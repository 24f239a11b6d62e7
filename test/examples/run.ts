/** Starts an example as a user would, over the built package. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutStalls } from "../package/packed.ts";

/** The repository's root. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** How an example ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Sees all that an example printed so far, at first nothing, and its process. */
export type OnOutput = (stdout: string, child: ChildProcess) => void;

/** Kills an example as soon as it has written `file` so many times; its folder is made. */
export function killAfter(times: number, file: string): OnOutput {
  let written = 0;
  return (stdout, child) => {
    if (stdout !== "") return;
    mkdirSync(dirname(file), { recursive: true });
    const watcher = watch(dirname(file), (_, name) => {
      if (name === basename(file) && ++written === times) child.kill("SIGKILL");
    });
    child.once("exit", () => watcher.close());
  };
}

/** Runs `examples/<example>`; `onOutput` is called before it prints anything, and whenever it has printed something. */
export function runExample(
  example: string,
  args: readonly string[] = [],
  onOutput: OnOutput = () => {},
): Promise<Ended> {
  const child = spawn(process.execPath, ["--import", "./examples/tsx.js", `examples/${example}`, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  onOutput(stdout, child);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    onOutput(stdout, child);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    // A worker that starts late on a busy machine is warned of, which is no output of the example.
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr: withoutStalls(stderr) }));
  });
}
