/** Worker processes: a crash in native code, or the system's memory killer, takes one worker and nothing else. */
import type { ChildProcess, StdioOptions } from "node:child_process";
import { node } from "../../core/node.ts";
import { recycle } from "../../tensor/arena.ts";
import { allocatedFor } from "../../tensor/costs.ts";
import { cannotStart, dispatch, notStarted, waitAtMost } from "../wire/dispatch.ts";
import { isReply, type Mark, newMark, processMark } from "../wire/mark.ts";
import type { Request } from "../wire/protocol.ts";
import {
  apart,
  closeFiles,
  openSharedFiles,
  readShared,
  type SharedBatchReply,
} from "../wire/shared-file.ts";
import type { Worker, WorkerEvents } from "../worker.ts";
import { guardProcess, releaseProcess } from "./guard.ts";
import { inheritedArguments } from "./inherited-arguments.ts";
import { limitFlags } from "./limit-flags.ts";
import type { ThreadLimits } from "./thread.ts";

/** Starts a worker process. `load` makes the message that carries the sequence. */
export function startProcess(
  id: number,
  load: () => Request,
  events: WorkerEvents,
  resourceLimits: ThreadLimits = {},
): Worker {
  const first = load();
  const name = `process ${id}`;
  const mark = newMark(name);
  const { child, files } = createProcess(mark, limitFlags(resourceLimits));
  const free = files.map((_, slot) => slot);
  const slotOf = new Map<number, number>();
  let over = false;
  let stopped = false;
  let reason: Error | undefined;
  const exited = new Promise<void>((resolve) => {
    const end = (why: Error): void => {
      if (over) return;
      over = true;
      releaseProcess(child);
      closeFiles(files);
      resolve();
      events.onExit(why);
    };
    // `close`, not `exit`: it comes when the last message was read.
    child.on("close", (code, signal) =>
      end(reason ?? new Error(signal ? `was killed by ${signal}` : `exited with code ${code}`)),
    );
    // The process could not be started, or a message not be delivered; the latter is followed by `exit`.
    child.on("error", (error) => {
      if (child.pid === undefined) end(new Error(notStarted(error), { cause: error }));
    });
  });
  child.on("message", (message: unknown) => {
    if (over || stopped || !isReply(message, mark)) return;
    const { ticket } = message as { ticket?: number };
    const slot = ticket === undefined ? undefined : slotOf.get(ticket);
    if (slot !== undefined) {
      // Free again from here on: the batch is read before its receiver can ask for the next one.
      slotOf.delete(ticket!);
      free.push(slot);
    }
    dispatch(
      message,
      events,
      (batch) =>
        slot === undefined ? apart(batch.batch) : readCounted(batch as SharedBatchReply, files[slot]!),
      (died) => {
        reason = died;
      },
    );
  });

  function post(request: Request): void {
    // A channel that closed between two messages: `exit` tells, and the tickets are put back.
    if (child.connected) child.send(request, () => {});
  }

  unrefChild(child);
  try {
    post(first);
  } catch (error) {
    over = true;
    child.kill("SIGKILL");
    releaseProcess(child);
    closeFiles(files);
    throw error;
  }
  return {
    name,
    inline: false,
    send({ id: ticket, epoch, index }) {
      const slot = free.pop();
      if (slot !== undefined) slotOf.set(ticket, slot);
      post({ type: "fetch", ticket, epoch, index, ...(slot !== undefined && { slot }) });
    },
    cancel: (upTo) => post({ type: "cancel", upTo }),
    reload: () => post(load()),
    // What is read from the file lies in this process's memory.
    recycle: (buffers) => buffers.forEach(recycle),
    ref() {
      child.ref();
      child.channel?.ref();
    },
    unref: () => unrefChild(child),
    terminate() {
      stopped = true;
      child.kill("SIGKILL");
      return waitAtMost(exited);
    },
  };
}

/** Starts the process with its shared files, and has it guarded; leaves nothing behind where one of them fails. */
function createProcess(
  mark: Mark,
  flags: readonly string[],
): { readonly child: ChildProcess; readonly files: readonly number[] } {
  let files: number[] = [];
  let child: ChildProcess | undefined;
  try {
    files = openSharedFiles();
    const entry = node("url").fileURLToPath(new URL("../entry/process.js", import.meta.url));
    child = node("child_process").fork(entry, {
      serialization: "advanced",
      env: { ...process.env, ...processMark(mark) },
      execArgv: [...inheritedArguments(), ...flags],
      stdio: ["ignore", "inherit", "inherit", "ipc", ...files] as StdioOptions,
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

/** Reads a batch; the memory it takes here is counted as if the worker had allocated it. */
function readCounted(reply: SharedBatchReply, file: number): unknown {
  const batch = readShared(reply, file);
  reply.counters.allocated += allocatedFor(batch);
  return batch;
}

function unrefChild(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}
