/**
 * What wakes up on the far side: loads the sequence, then answers one fetch after the other.
 *
 * The same for threads and processes; only how messages travel differs. Invariant: every fetch is
 * answered exactly once, in order, whatever getItem does short of killing the worker.
 */
import { Cancellation } from "../../core/cancellation.ts";
import { beginFetch, endFetch } from "../../core/counters.ts";
import { LoaderError, PortableError, WorkerError } from "../../core/errors.ts";
import { createContext } from "../../sequence/context.ts";
import { fetchBatch, isSequence, type Sequence } from "../../sequence/sequence.ts";
import { recycle } from "../../tensor/arena.ts";
import { costsOf } from "../../tensor/costs.ts";
import { type Kept, keptBuffers, own } from "../../tensor/transfer.ts";
import { shortage } from "../wire/dispatch.ts";
import { toRecord } from "../wire/error-record.ts";
import type { Reply, Request } from "../wire/protocol.ts";
import { revive } from "../wire/snapshot/revive.ts";

type Fetch = Extract<Request, { type: "fetch" }>;
type BatchReply = Extract<Reply, { type: "batch" }>;

/** How the far side reaches the loader, and the user's modules. */
export interface Link {
  /** Sends a message that holds no batch. */
  send(reply: Reply): void;
  /** Sends a batch that owns its buffers; throws where the batch cannot be sent. */
  sendBatch(reply: BatchReply, slot: number | undefined): void;
  /** Imports a module of the user's. */
  load(url: string): Promise<Record<string, unknown>>;
}

interface Loaded {
  readonly sequence: Sequence<unknown>;
  readonly seed: number;
  readonly kept: Kept;
}

/** Serves requests over `link`; returns the function that takes them. */
export function serve(link: Link): (request: Request) => void {
  let loaded: Loaded | undefined;
  let cancelledUpTo = -1;
  let running: { readonly ticket: number; readonly cancellation: Cancellation } | undefined;
  const queue: (Request & { type: "fetch" | "load" })[] = [];
  let busy = false;
  /** What handing over the last batch took. */
  let sendMs = 0;

  async function load(request: Extract<Request, { type: "load" }>): Promise<void> {
    try {
      const sequence = await revive(request.sequence, link.load);
      if (!isSequence(sequence)) throw new PortableError("What was sent to the worker is no Sequence.");
      loaded = { sequence, seed: request.seed, kept: keptBuffers(sequence) };
      link.send({ type: "ready" });
    } catch (error) {
      // Another worker may do better in a moment, and this one will not: Node remembers a failed import.
      if (shortage(error) !== undefined) throw wantOf(error);
      link.send({ type: "broken", error: toRecord(error) });
    }
  }

  async function fetch({ ticket, epoch, index, slot }: Fetch): Promise<void> {
    const cancellation = new Cancellation();
    running = { ticket, cancellation };
    const costs = beginFetch();
    try {
      if (ticket <= cancelledUpTo) throw new LoaderError("Nobody waits for this batch any more.");
      const { sequence, seed, kept } = loaded!;
      const fetched = fetchBatch(sequence, createContext({ epoch, index, seed, cancellation }));
      const made = fetched instanceof Promise ? await fetched : fetched;
      const batch = own(made, kept);
      const counters = { ...costsOf(costs, made, batch), sendMs };
      const end = performance.now();
      sendBatch({ type: "batch", ticket, batch, counters }, slot);
      sendMs = performance.now() - end;
    } catch (error) {
      endFetch(costs);
      link.send({ type: "error", ticket, error: toRecord(hintPrivate(error)) });
    } finally {
      running = undefined;
    }
  }

  function sendBatch(reply: BatchReply, slot: number | undefined): void {
    try {
      link.sendBatch(reply, slot);
    } catch (cause) {
      throw new PortableError(
        `The batch cannot be sent from the worker: ${(cause as Error).message} A batch holds tensors, typed arrays, numbers, strings and plain data.`,
        { cause },
      );
    }
  }

  async function drain(): Promise<void> {
    busy = true;
    for (let request = queue.shift(); request; request = queue.shift()) {
      await (request.type === "load" ? load(request) : fetch(request));
    }
    busy = false;
  }

  return (request) => {
    switch (request.type) {
      case "load":
      case "fetch":
        queue.push(request);
        if (!busy) void drain();
        break;
      case "cancel":
        cancelledUpTo = Math.max(cancelledUpTo, request.upTo);
        if (running && running.ticket <= cancelledUpTo) running.cancellation.abort();
        break;
      case "recycle":
        request.buffers.forEach(recycle);
        break;
    }
  };
}

/** A module that could not be read for want of descriptors is no fault of the module's. */
function wantOf(cause: unknown): WorkerError {
  const what = (cause as Error).message;
  return new WorkerError(`The worker cannot load the sequence: ${what}. ${shortage(cause)}`, { cause });
}

/** `#private` fields are not there in a copy; the engine's own message does not say why. */
function hintPrivate(error: unknown): unknown {
  if (error instanceof TypeError && /private (member|field|method)/.test(error.message)) {
    error.message +=
      " (private #fields do not survive the way to a worker: use ordinary fields, or give the class getState() and static fromState(state))";
  }
  return error;
}
