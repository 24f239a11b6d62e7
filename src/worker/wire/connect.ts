/** A worker made of any far side: requests go out through its codec, and what comes back becomes a worker's events. */
import type { BatchWorker, WorkerEvents } from "../worker.ts";
import type { FarSide, Post } from "./endpoint.ts";
import { fromRecord } from "./error-record.ts";
import { diedOf } from "./failure.ts";
import type { WorkerReply, WorkerRequest } from "./protocol.ts";

/**
 * The worker behind an endpoint. `load` makes the message that carries the sequence.
 *
 * Throws, and ends the far side, where that message cannot be sent.
 *
 * One long function, as what is sent, what is received and the end share one state.
 */
export function connect(
  { endpoint, codec }: FarSide,
  load: () => WorkerRequest,
  events: WorkerEvents,
): BatchWorker {
  let state: "starting" | "running" | "stopped" = "starting";
  let dying: Error | undefined;
  const post: Post = (message, transfer) => endpoint.post(message, transfer);
  const send = (request: WorkerRequest): void => codec.send(request, post);

  function receive(reply: WorkerReply): void {
    switch (reply.type) {
      case "ready":
        events.onReady();
        break;
      case "broken":
        events.onBroken(fromRecord(reply.error));
        break;
      case "batch":
        events.onBatch(reply.id, reply.batch, reply.counters);
        break;
      case "error":
        events.onError(reply.id, fromRecord(reply.error));
        break;
      case "dying":
        dying = diedOf(fromRecord(reply.error));
        break;
    }
  }

  endpoint.listen({
    onMessage(message) {
      // Messages that were on their way are still delivered after the end.
      if (state === "running") receive(codec.receive(message));
    },
    onEnd(reason) {
      if (state !== "starting") events.onExit(dying ?? reason);
    },
  });
  try {
    send(load());
  } catch (error) {
    void endpoint.end();
    throw error;
  }
  state = "running";
  return {
    name: endpoint.name,
    inline: false,
    send: (request) => send({ type: "fetch", ...request }),
    cancel: (upTo) => send({ type: "cancel", upTo }),
    reload: () => send(load()),
    recycle: (buffers) => codec.recycle(buffers),
    ref: () => endpoint.ref(),
    unref: () => endpoint.unref(),
    terminate() {
      state = "stopped";
      return endpoint.end();
    },
  };
}
