/**
 * Batches by transfer: their buffers are moved, not copied. Buffers that the consumer has given back are moved too, with
 * the next request, and become the next batches.
 */
import { mostIdle, recycle, reserve } from "../../tensor/arena.ts";
import { transferables } from "../../tensor/transfer.ts";
import type { LoaderCodec, WorkerCodec } from "./endpoint.ts";
import type { WorkerReply, WorkerRequest } from "./protocol.ts";

/** A request, and buffers for batches to come. */
type WithBuffers = WorkerRequest & { readonly buffers?: readonly ArrayBuffer[] };

/** The loader's half. */
export function transferToWorker(): LoaderCodec {
  let returned: ArrayBuffer[] = [];
  return {
    send(request, post) {
      if (returned.length === 0) {
        post(request);
        return;
      }
      const buffers = returned;
      returned = [];
      post({ ...request, buffers } satisfies WithBuffers, buffers);
    },
    receive: (message) => message as WorkerReply,
    recycle(buffers) {
      // One by one, and as many as the arena keeps: there may be thousands, and no next request.
      for (const buffer of buffers) returned.push(buffer);
      if (returned.length > mostIdle) returned = returned.slice(-mostIdle);
    },
  };
}

/** The worker's half. */
export const transferToLoader: WorkerCodec = {
  send(reply, post) {
    if (reply.type !== "batch") {
      post(reply);
      return;
    }
    const buffers = transferables(reply.batch);
    reserve(buffers.map(({ byteLength }) => byteLength));
    post(reply, buffers);
  },
  receive(message) {
    const request = message as WithBuffers;
    request.buffers?.forEach(recycle);
    return request;
  },
};
