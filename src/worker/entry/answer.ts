/**
 * What answers on the far side: the requests that arrive through a codec, by the same server that the program's own
 * thread has.
 */
import { setBaseUrl } from "../../bytes/base.ts";
import { PortableError, WorkerError } from "../../core/errors.ts";
import { isSequence, type Sequence } from "../../sequence/sequence.ts";
import { Server } from "../server.ts";
import type { Post, WorkerCodec } from "../wire/endpoint.ts";
import { toRecord } from "../wire/error-record.ts";
import { shortage } from "../wire/failure.ts";
import type { WorkerReply, WorkerRequest } from "../wire/protocol.ts";
import { type LoadModule, revive } from "../wire/snapshot/revive.ts";
import type { Snapshot } from "../wire/snapshot/snapshot.ts";

/** How the far side reaches the loader, and the user's modules. */
export interface Link {
  readonly post: Post;
  readonly codec: WorkerCodec;
  /** Loads the modules that the loader's addresses name. */
  readonly load: LoadModule;
}

/** What serves a loader. */
export interface Answering {
  /** Takes a message of the loader's. */
  receive(message: object): void;
  /** The loader is gone: what is being fetched is aborted, and nothing is sent any more. */
  close(): void;
}

/** Serves the loader behind `link`. */
export function answerLoader({ post, codec, load: loadModule }: Link): Answering {
  let closed = false;
  /** What handing over the last batch took. */
  let sendMs = 0;
  const send = (reply: WorkerReply): void => {
    if (!closed) codec.send(reply, post);
  };

  function sendError(id: number, error: unknown): void {
    send({ type: "error", id, error: toRecord(hintPrivate(error)) });
  }

  const server = new Server({
    onBatch(id, batch, counters) {
      counters.sendMs = sendMs;
      const start = performance.now();
      try {
        send({ type: "batch", id, batch, counters });
      } catch (cause) {
        sendError(id, unsendable(cause));
        return;
      }
      sendMs = performance.now() - start;
    },
    onError: sendError,
  });

  async function load({ sequence, seed, base }: Extract<WorkerRequest, { type: "load" }>): Promise<void> {
    if (base !== undefined) setBaseUrl(base);
    try {
      server.open(await reviveSequence(sequence, loadModule), seed);
      send({ type: "ready" });
    } catch (error) {
      // Another worker may do better in a moment, and this one will not: Node remembers a failed import.
      if (shortage(error) !== undefined) throw wantOf(error);
      send({ type: "broken", error: toRecord(error) });
    }
  }

  return {
    receive(message) {
      const request = codec.receive(message);
      switch (request.type) {
        case "load":
          server.load(() => load(request));
          break;
        case "fetch":
          server.fetch(request);
          break;
        case "cancel":
          server.cancel(request.upTo);
          break;
      }
    },
    close() {
      closed = true;
      server.close();
    },
  };
}

async function reviveSequence(snapshot: Snapshot, load: LoadModule): Promise<Sequence<unknown>> {
  const revived = await revive(snapshot, load);
  if (!isSequence(revived)) throw new PortableError("What was sent to the worker is no Sequence.");
  return revived;
}

function unsendable(cause: unknown): PortableError {
  return new PortableError(
    `The batch cannot be sent from the worker: ${(cause as Error).message} A batch holds tensors, typed arrays, numbers, strings and plain data.`,
    { cause },
  );
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
