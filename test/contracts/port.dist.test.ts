/**
 * Any way to send messages makes a kind of worker: here the two ends of a MessageChannel in one thread, with the codec of
 * threads.
 */
import { MessageChannel } from "node:worker_threads";
import { expect, it } from "vitest";
import type { Sequence } from "../../src/sequence/sequence.ts";
import { copiesOf, type FarSideKind } from "../../src/worker/copies.ts";
import { answerLoader } from "../../src/worker/entry/answer.ts";
import type { FarSide } from "../../src/worker/wire/endpoint.ts";
import { byModule } from "../../src/worker/wire/portable.ts";
import { exportsOf } from "../../src/worker/wire/snapshot/revive.ts";
import { transferToLoader, transferToWorker } from "../../src/worker/wire/transfer-codec.ts";
import { Watched } from "../fixtures/sequences.js";
import { describeWorker } from "./worker.ts";

const port: FarSideKind = {
  name: "port",
  recipient: { sharesMemory: true, clones: true, locate: byModule() },
  open: openPort,
};

function openPort(name: string): FarSide {
  const { port1: near, port2: far } = new MessageChannel();
  const served = answerLoader({
    post: (message, transfer = []) => far.postMessage(message, [...transfer]),
    codec: transferToLoader,
    load: async (url) => exportsOf(url, await import(url)),
  });
  far.on("message", served.receive);
  far.on("close", served.close);
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

describeWorker({ kind: port.name, workers: (sequence, seed) => copiesOf(sequence, seed, port) });

it("a far side whose loader is gone aborts what it fetches, and fetches nothing more", async () => {
  const seen = new Int32Array(new SharedArrayBuffer(8));
  const copies = copiesOf(new Watched(4, seen) as Sequence<unknown>, 7, port);
  copies.update();
  const worker = await new Promise<ReturnType<typeof copies.start>>((resolve, reject) => {
    const started = copies.start(1, {
      onReady: () => resolve(started),
      onBroken: reject,
      onBatch: () => {},
      onError: () => {},
      onExit: () => {},
    });
    started.ref();
  });
  for (let id = 0; id < 4; id++) worker.send({ id, epoch: 0, index: id });
  await expect.poll(() => [...seen]).toEqual([1, 0]);
  await worker.terminate();
  await expect.poll(() => [...seen]).toEqual([1, 1]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([...seen]).toEqual([1, 1]);
});
