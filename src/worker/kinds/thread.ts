/** Worker threads: batches arrive by transfer, without a copy. */
import type { Worker as NodeThread } from "node:worker_threads";
import { node } from "../../core/node.ts";
import { waitAtMost } from "../../core/settle.ts";
import type { FarSideKind } from "../copies.ts";
import type { FarSide } from "../wire/endpoint.ts";
import { cannotStart, diedOf } from "../wire/failure.ts";
import { isMarked, type Mark, newMark, threadMark } from "../wire/mark.ts";
import type { Locate } from "../wire/portable.ts";
import { transferToWorker } from "../wire/transfer-codec.ts";
import { endPatience } from "../worker.ts";
import { endWithProgram } from "./exit.ts";
import { inheritedArguments, isRefused, withoutRefused } from "./inherited-arguments.ts";
import type { ResourceLimits } from "./limits.ts";
import { ownScript } from "./own-script.ts";

/** Milliseconds that a thread, told to end, may take to load its modules first. Its owner does not wait for that. */
const loadPatience = 30_000;

/** Worker threads: their memory is the program's, where it is shared. */
export function threads(limits: ResourceLimits, locate: Locate): FarSideKind {
  return {
    name: "thread",
    recipient: { sharesMemory: true, clones: true, locate },
    open: (name) => openThread(name, limits),
  };
}

function openThread(name: string, limits: ResourceLimits): FarSide {
  const descriptor = new Int32Array(new SharedArrayBuffer(4));
  const mark: Mark = { ...newMark(name), descriptor };
  const thread = createThread(mark, limits);
  let reason: Error | undefined;
  let settle: () => void;
  // Its modules are loaded, or it has ended. Node leaves files open where a thread is stopped while it imports.
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
    thread.once("message", resolve);
    thread.once("exit", resolve);
  });
  thread.unref();
  endWithProgram(thread, descriptor);
  return {
    codec: transferToWorker(),
    endpoint: {
      name,
      post: (message, transfer = []) => thread.postMessage(message, transfer),
      listen({ onMessage, onEnd }) {
        thread.on("message", (message: unknown) => {
          if (isMarked(message, mark)) onMessage(message);
        });
        // Which batch it was is not known, so the worker is lost.
        thread.on("messageerror", (error) => {
          reason = new Error(`sent a message that cannot be read: ${error.message}`, { cause: error });
          void thread.terminate();
        });
        // A full heap, or an exception before our code runs there: `exit` follows.
        thread.on("error", (error) => {
          reason ??= diedOf(error);
        });
        thread.on("exit", (code) => onEnd(reason ?? new Error(`exited with code ${code}`)));
      },
      ref: () => thread.ref(),
      unref: () => thread.unref(),
      end() {
        const enough = setTimeout(settle, loadPatience);
        enough.unref();
        const ended = settled.then(() => {
          clearTimeout(enough);
          return thread.terminate();
        });
        return waitAtMost(ended, endPatience);
      },
    },
  };
}

/** Starts the thread with as many of `flags` as Node allows; it may name the refused ones bit by bit. */
function createThread(
  mark: Mark,
  resourceLimits: ResourceLimits,
  flags: string[] = inheritedArguments(),
): NodeThread {
  const { Worker: Thread } = node("worker_threads");
  const script = ownScript("thread");
  try {
    return new Thread(script, {
      name: `epochal ${mark.name}`,
      execArgv: flags,
      workerData: threadMark(mark),
      resourceLimits,
    });
  } catch (error) {
    const allowed = isRefused(error) ? withoutRefused(flags, error) : flags;
    if (allowed.length === flags.length) throw cannotStart(mark.name, error);
    return createThread(mark, resourceLimits, allowed);
  }
}
