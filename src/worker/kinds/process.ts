/** Worker processes: a crash in native code, or the system's memory killer, takes one worker and nothing else. */
import type { ChildProcess } from "node:child_process";
import { node } from "../../core/node.ts";
import { waitAtMost } from "../../core/settle.ts";
import type { FarSideKind } from "../copies.ts";
import type { FarSide } from "../wire/endpoint.ts";
import { cannotStart, notStarted } from "../wire/failure.ts";
import { isMarked, type Mark, newMark, processMark } from "../wire/mark.ts";
import type { Locate } from "../wire/portable.ts";
import { closeFiles, filesToWorker, openSharedFiles } from "../wire/shared-file.ts";
import { endPatience } from "../worker.ts";
import { guardProcess, releaseProcess } from "./guard.ts";
import { inheritedArguments } from "./inherited-arguments.ts";
import { limitFlags } from "./limit-flags.ts";
import type { ResourceLimits } from "./limits.ts";
import { ownScript } from "./own-script.ts";

/** Worker processes: what they are sent is copied through a channel of bytes. */
export function processes(limits: ResourceLimits, locate: Locate): FarSideKind {
  return {
    name: "process",
    recipient: { sharesMemory: false, clones: false, locate },
    open: (name) => openProcess(name, limits),
  };
}

function openProcess(name: string, limits: ResourceLimits): FarSide {
  const mark = newMark(name);
  const { child, files } = createProcess(mark, limitFlags(limits));
  let over = false;
  let settle: () => void;
  const exited = new Promise<void>((resolve) => {
    settle = resolve;
  });
  unrefChild(child);
  return {
    codec: filesToWorker(files),
    endpoint: {
      name,
      post(message) {
        // A channel that closed between two messages: `close` tells.
        if (child.connected) child.send(message, () => {});
      },
      listen({ onMessage, onEnd }) {
        const end = (reason: Error): void => {
          if (over) return;
          over = true;
          releaseProcess(child);
          closeFiles(files);
          settle();
          onEnd(reason);
        };
        child.on("message", (message: unknown) => {
          if (!over && isMarked(message, mark)) onMessage(message);
        });
        // `close`, not `exit`: it comes when the last message was read.
        child.on("close", (code, signal) =>
          end(new Error(signal ? `was killed by ${signal}` : `exited with code ${code}`)),
        );
        child.on("exit", () => closeChannel(child));
        // The process could not be started, or a message not be delivered; the latter is followed by `close`.
        child.on("error", (error) => {
          if (child.pid === undefined) end(new Error(notStarted(error), { cause: error }));
        });
      },
      ref() {
        child.ref();
        channelOf(child)?.ref?.();
      },
      unref: () => unrefChild(child),
      end() {
        child.kill("SIGKILL");
        return waitAtMost(exited, endPatience);
      },
    },
  };
}

/** Starts the process with its shared files, and has it guarded; leaves nothing behind where one of them fails. */
function createProcess(
  mark: Mark,
  flags: readonly string[],
): { readonly child: ChildProcess; readonly files: readonly number[] } {
  const entry = node("url").fileURLToPath(ownScript("process"));
  let files: number[] = [];
  let child: ChildProcess | undefined;
  try {
    files = openSharedFiles();
    child = node("child_process").fork(entry, {
      serialization: "advanced",
      env: { ...process.env, ...processMark(mark) },
      execArgv: [...inheritedArguments(), ...flags],
      stdio: ["ignore", "inherit", "inherit", "ipc", ...files],
    });
    bearInternalMessages(child);
    guardProcess(child);
    return { child, files };
  } catch (error) {
    if (child) {
      child.on("error", () => {});
      child.kill("SIGKILL");
      releaseProcess(child);
    }
    closeFiles(files);
    throw cannotStart(mark.name, error);
  }
}

/** Messages in Node's own words, such as `{ cmd: "NODE_HANDLE_ACK" }`, may be the user's, and Node throws at wrong ones. */
function bearInternalMessages(child: ChildProcess): void {
  for (const listener of child.listeners("internalMessage")) {
    child.removeListener("internalMessage", listener as () => void);
    child.on("internalMessage", (...message: unknown[]) => {
      try {
        listener.apply(child, message);
      } catch {
        // Nobody's answer.
      }
    });
  }
}

/** Milliseconds that the channel of a process that has ended may take to be read to its end. */
const readPatience = 100;

/**
 * Closes the channel of a process that has ended, where nothing else does: in Deno, where messages were left unread (its
 * end is then an error, of which nobody is told), and everywhere while a process that it has started holds the other end.
 */
function closeChannel(child: ChildProcess): void {
  const close = (): void => {
    if (child.connected) child.disconnect();
  };
  setTimeout(close, readPatience).unref();
}

function unrefChild(child: ChildProcess): void {
  child.unref();
  channelOf(child)?.unref?.();
}

/** Its channel. Bun's cannot be told whether it keeps the program alive; there the process alone does. */
function channelOf({ channel }: ChildProcess): { ref?(): void; unref?(): void } | null | undefined {
  return channel;
}
