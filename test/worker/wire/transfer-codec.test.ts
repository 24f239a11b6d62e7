import { expect, it } from "vitest";
import { noCounters } from "../../../src/core/counters.ts";
import { allocate, mostIdle } from "../../../src/tensor/arena.ts";
import { transferToLoader, transferToWorker } from "../../../src/worker/wire/transfer-codec.ts";

const move = <M extends object>(message: M, transfer: readonly ArrayBuffer[] = []): M =>
  structuredClone(message, { transfer: [...transfer] });

it("moves a batch's memory, and moves it back with the next request to become a batch again", () => {
  const loader = transferToWorker();
  const sent = new Float32Array(5000).fill(3);
  let batch: Float32Array<ArrayBuffer> | undefined;
  transferToLoader.send(
    { type: "batch", id: 0, batch: sent, counters: noCounters() },
    (message, transfer) => {
      const reply = loader.receive(move(message, transfer));
      if (reply.type === "batch") batch = reply.batch as Float32Array<ArrayBuffer>;
    },
  );
  expect(sent.length).toBe(0);
  expect(batch).toEqual(new Float32Array(5000).fill(3));

  loader.recycle([batch!.buffer]);
  const posted: (readonly ArrayBuffer[])[] = [];
  for (let id = 1; id < 3; id++) {
    loader.send({ type: "fetch", id, epoch: 0, index: id }, (message, transfer = []) => {
      posted.push(transfer);
      expect(transferToLoader.receive(move(message, transfer))).toMatchObject({ type: "fetch", id });
    });
  }
  expect(posted.map(({ length }) => length)).toEqual([1, 0]);
  expect(batch!.length).toBe(0);
  expect(new Float32Array(allocate(20_000))).toEqual(new Float32Array(5000).fill(3));
});

it("keeps as much returned memory as the next request may bring, the newest, however much comes back", () => {
  const loader = transferToWorker();
  const sizes = Array.from({ length: 3 * mostIdle }, (_, i) => i + 1);
  for (const size of sizes) loader.recycle([new ArrayBuffer(size)]);
  loader.recycle(sizes.map((size) => new ArrayBuffer(1000 + size)));
  let sent: readonly ArrayBuffer[] = [];
  loader.send({ type: "cancel", upTo: -1 }, (_, transfer = []) => {
    sent = transfer;
  });
  expect(sent.map(({ byteLength }) => byteLength)).toEqual(sizes.slice(-mostIdle).map((size) => 1000 + size));
});
