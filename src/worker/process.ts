/** Worker processes: a crash in native code, or the system's memory killer, takes one worker and nothing else. */
import { type ChildProcess, fork, type StdioOptions } from "node:child_process";
import { closeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { recycle } from "../tensor/arena.ts";
import { allocatedFor } from "../tensor/costs.ts";
import { inheritedArguments } from "./inherited-arguments.ts";
import type { Reply, Request } from "./protocol.ts";
import { dispatch, waitAtMost } from "./remote.ts";
import { apart, openSharedFiles, readShared, type SharedBatchReply } from "./shared-file.ts";
import type { ThreadLimits } from "./thread.ts";
import type { Worker, WorkerEvents } from "./worker.ts";

/** Starts a worker process. `load` makes the message that carries the sequence. */
export function startProcess(
  id: number,
  load: () => Request,
  events: WorkerEvents,
  { maxOldGenerationSizeMb }: ThreadLimits = {},
): Worker {
  const first = load();
  const files = openSharedFiles();
  const free = files.map((_, slot) => slot);
  const slotOf = new Map<number, number>();
  const child = fork(fileURLToPath(new URL("./entry/process.js", import.meta.url)), {
    serialization: "advanced",
    execArgv: [
      ...inheritedArguments(),
      ...(maxOldGenerationSizeMb ? [`--max-old-space-size=${maxOldGenerationSizeMb}`] : []),
    ],
    stdio: ["ignore", "inherit", "inherit", "ipc", ...files] as StdioOptions,
  });
  let over = false;
  let stopped = false;
  let reason: Error | undefined;
  const exited = new Promise<void>((resolve) => {
    const end = (why: Error): void => {
      if (over) return;
      over = true;
      living.delete(child);
      files.forEach(closeSync);
      resolve();
      events.onExit(why);
    };
    // `close`, not `exit`: it comes when the last message was read.
    child.on("close", (code, signal) =>
      end(reason ?? new Error(signal ? `was killed by ${signal}` : `exited with code ${code}`)),
    );
    // The process could not be started, or a message not be delivered; the latter is followed by `exit`.
    child.on("error", (error) => {
      if (child.pid === undefined) end(error);
    });
  });
  child.on("message", (reply) => {
    if (over || stopped) return;
    const { ticket } = reply as { ticket?: number };
    const slot = ticket === undefined ? undefined : slotOf.get(ticket);
    if (slot !== undefined) {
      // Free again from here on: the batch is read before its receiver can ask for the next one.
      slotOf.delete(ticket!);
      free.push(slot);
    }
    dispatch(
      reply as Reply,
      events,
      (batch) =>
        slot === undefined ? apart(batch.batch) : readCounted(batch as SharedBatchReply, files[slot]!),
      (died) => {
        reason = died;
      },
    );
  });
  killWithUs(child);

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
    living.delete(child);
    files.forEach(closeSync);
    throw error;
  }
  return {
    name: `process ${id}`,
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

/** Processes that must not outlive this one: their own watch over the channel fails while they are in a loop. */
const living = new Set<ChildProcess>();
let watching = false;

function killWithUs(child: ChildProcess): void {
  living.add(child);
  if (watching) return;
  watching = true;
  process.once("exit", () => {
    for (const each of living) each.kill("SIGKILL");
  });
}
