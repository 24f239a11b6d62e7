/**
 * Any way to send messages makes a kind of worker: here the two ends of a MessageChannel in one thread, with the codec of
 * threads.
 */
import { MessageChannel } from "node:worker_threads";
import type { Sequence } from "../../src/sequence/sequence.ts";
import { serve } from "../../src/worker/entry/serve.ts";
import { connect } from "../../src/worker/wire/connect.ts";
import type { FarSide } from "../../src/worker/wire/endpoint.ts";
import { type Snapshot, takeSnapshot } from "../../src/worker/wire/snapshot/snapshot.ts";
import { transferToLoader, transferToWorker } from "../../src/worker/wire/transfer-codec.ts";
import { describeWorker, type Workers } from "./worker.ts";

function openPort(name: string): FarSide {
  const { port1: near, port2: far } = new MessageChannel();
  const importModule = (url: string): Promise<Record<string, unknown>> => import(url);
  far.on(
    "message",
    serve({
      post: (message, transfer = []) => far.postMessage(message, [...transfer]),
      codec: transferToLoader,
      importModule,
    }),
  );
  const closed = new Promise<void>((resolve) => near.once("close", resolve));
  return {
    codec: transferToWorker(),
    endpoint: {
      name,
      post: (message, transfer = []) => near.postMessage(message, [...transfer]),
      listen({ onMessage, onEnd }) {
        near.on("message", onMessage);
        near.on("close", () => onEnd(new Error("was closed")));
      },
      ref: () => near.ref(),
      unref: () => near.unref(),
      end() {
        near.close();
        return closed;
      },
    },
  };
}

function portWorkers(sequence: Sequence<unknown>, seed: number): Workers {
  let snapshot: Snapshot | undefined;
  return {
    update() {
      const before = snapshot;
      snapshot = takeSnapshot(sequence, { to: "thread", before, entry: undefined });
      return snapshot !== before;
    },
    start: (id, events) =>
      connect(openPort(`port ${id}`), () => ({ type: "load", sequence: snapshot!, seed }), events),
  };
}

describeWorker({ kind: "port", workers: portWorkers });
