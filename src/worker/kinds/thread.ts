/** Worker threads: batches arrive by transfer, without a copy. */
import type { Worker as NodeThread, ResourceLimits } from "node:worker_threads";
import { node } from "../../core/node.ts";
import { cannotStart, diedOf, dispatch, waitAtMost } from "../wire/dispatch.ts";
import { isReply, type Mark, newMark, threadMark } from "../wire/mark.ts";
import type { Request } from "../wire/protocol.ts";
import type { Worker, WorkerEvents } from "../worker.ts";
import { endWithProgram } from "./exit.ts";
import { inheritedArguments, isRefused, withoutRefused } from "./inherited-arguments.ts";

/** Milliseconds that a thread, told to end, may take to load its modules first. Its owner does not wait for that. */
const startPatience = 30_000;

/** Limits of a thread's memory, as `worker_threads` takes them. */
export type ThreadLimits = ResourceLimits;

/** Starts a worker thread. `load` makes the message that carries the sequence. */
export function startThread(
  id: number,
  load: () => Request,
  events: WorkerEvents,
  resourceLimits: ThreadLimits = {},
): Worker {
  const first = load();
  const name = `thread ${id}`;
  const descriptor = new Int32Array(new SharedArrayBuffer(4));
  const mark: Mark = { ...newMark(name), descriptor };
  const thread = createThread(mark, resourceLimits);
  let reason: Error | undefined;
  let stopped = false;
  // Its modules are loaded, or it has ended. Node leaves files open where a thread is stopped while it imports.
  const settled = new Promise<void>((resolve) => {
    thread.once("message", () => resolve());
    thread.once("exit", () => resolve());
  });
  thread.on("message", (message: unknown) => {
    // Messages that were on their way are still delivered after the end.
    if (stopped || !isReply(message, mark)) return;
    dispatch(
      message,
      events,
      (batch) => batch.batch,
      (died) => {
        reason = died;
      },
    );
  });
  // Which ticket it was is not known, so the worker is lost.
  thread.on("messageerror", (error) => {
    reason = new Error(`sent a message that cannot be read: ${error.message}`, { cause: error });
    void thread.terminate();
  });
  // A full heap, or an exception before our code runs there: `exit` follows.
  thread.on("error", (error) => {
    reason ??= diedOf(error);
  });
  thread.on("exit", (code) => events.onExit(reason ?? new Error(`exited with code ${code}`)));
  thread.unref();
  endWithProgram(thread, descriptor);
  const post = (request: Request, transfer: readonly ArrayBuffer[] = []): void =>
    thread.postMessage(request, transfer as ArrayBuffer[]);
  try {
    post(first);
  } catch (error) {
    thread.removeAllListeners();
    void thread.terminate();
    throw error;
  }
  return {
    name,
    inline: false,
    send: ({ id: ticket, epoch, index }) => post({ type: "fetch", ticket, epoch, index }),
    cancel: (upTo) => post({ type: "cancel", upTo }),
    reload: () => post(load()),
    recycle: (buffers) => post({ type: "recycle", buffers }, buffers),
    ref: () => thread.ref(),
    unref: () => thread.unref(),
    async terminate() {
      stopped = true;
      await waitAtMost(waitAtMost(settled, startPatience).then(() => thread.terminate()));
    },
  };
}

/** Starts the thread with as many of `flags` as Node allows; it may name the refused ones bit by bit. */
function createThread(
  mark: Mark,
  resourceLimits: ThreadLimits,
  flags: string[] = inheritedArguments(),
): NodeThread {
  const { Worker: Thread } = node("worker_threads");
  try {
    // The `.js` is meant: this file runs from dist, and Node 20 starts no TypeScript in a thread.
    return new Thread(new URL("../entry/thread.js", import.meta.url), {
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
