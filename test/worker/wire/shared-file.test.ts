/** The two halves of the codec over real files, with a channel in between that delivers when a property says so. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noCounters } from "../../../src/core/counters.ts";
import { batchesInFlight } from "../../../src/core/in-flight.ts";
import {
  closeFiles,
  filesToLoader,
  filesToWorker,
  openSharedFiles,
} from "../../../src/worker/wire/shared-file.ts";

type Batch = { readonly x: Float64Array; readonly y: Uint8Array; readonly label: string };

function batchOf(id: number, length: number): Batch {
  return { x: new Float64Array(length).fill(id), y: new Uint8Array(3).fill(id), label: `batch ${id}` };
}

/** Both halves, and the messages that are on their way. */
class Channel {
  readonly files: number[];
  readonly loader: ReturnType<typeof filesToWorker>;
  readonly worker: ReturnType<typeof filesToLoader>;
  readonly toLoader: object[] = [];
  readonly received: unknown[] = [];
  /** How many of the messages to the loader had a file. */
  shared = 0;

  constructor(folder?: string) {
    this.files = openSharedFiles(folder);
    this.loader = filesToWorker(this.files);
    this.worker = filesToLoader(this.files);
  }

  answer(id: number, batch: Batch): void {
    this.worker.send({ type: "batch", id, batch, counters: noCounters() }, (message) => {
      if ("file" in message) this.shared++;
      this.toLoader.push(structuredClone(message));
    });
  }

  /** The loader takes the next message. */
  read(): void {
    const message = this.toLoader.shift();
    if (message) this.received.push(this.loader.receive(message));
  }

  /** The loader sends a request, which takes free files along. */
  request(): void {
    this.loader.send({ type: "cancel", upTo: -1 }, (message) => {
      expect(this.worker.receive(structuredClone(message)).type).toBe("cancel");
    });
  }
}

describe("batches through shared files", () => {
  it("arrive as they were, however far the loader is behind and whenever files come back", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.constantFrom("read" as const, "request" as const), fc.constantFrom(0, 5, 500, 5000)),
          { maxLength: 40 },
        ),
        (deeds) => {
          const channel = new Channel();
          const sent: Batch[] = [];
          for (const deed of deeds) {
            if (deed === "read") channel.read();
            else if (deed === "request") channel.request();
            else {
              sent.push(batchOf(sent.length, deed));
              channel.answer(sent.length - 1, batchOf(sent.length - 1, deed));
            }
          }
          while (channel.toLoader.length > 0) channel.read();
          closeFiles(channel.files);
          expect(channel.received).toMatchObject(sent.map((batch, id) => ({ type: "batch", id, batch })));
        },
      ),
    );
  });

  it("have a file each as long as no more are in flight than there are files", () => {
    const channel = new Channel();
    for (let id = 0; id < 3 * batchesInFlight; id += batchesInFlight) {
      for (let i = 0; i < batchesInFlight; i++) channel.answer(id + i, batchOf(id + i, 500));
      for (let i = 0; i < batchesInFlight; i++) channel.read();
      channel.request();
    }
    expect(channel.shared).toBe(3 * batchesInFlight);
    closeFiles(channel.files);
  });

  it("lie in a folder on disk where the system has none in memory, and leave no names there", () => {
    const folder = mkdtempSync(join(tmpdir(), "epochal-shared-"));
    const channel = new Channel(folder);
    channel.answer(0, batchOf(0, 500));
    channel.read();
    expect(channel.shared).toBe(1);
    expect(channel.received).toMatchObject([{ type: "batch", id: 0, batch: batchOf(0, 500) }]);
    expect(readdirSync(folder)).toEqual([]);
    closeFiles(channel.files);
    rmSync(folder, { recursive: true });
  });

  it("leave the sequence that kept one of them without its memory", () => {
    const channel = new Channel();
    const batch = batchOf(1, 500);
    channel.answer(1, batch);
    expect([batch.x.length, batch.y.length]).toEqual([0, 0]);
    closeFiles(channel.files);
  });

  it("are an error of that batch alone where a file lacks what it should hold", () => {
    const channel = new Channel();
    channel.answer(0, batchOf(0, 500));
    const message = channel.toLoader[0] as { ranges: { byteLength: number }[] };
    message.ranges[0]!.byteLength = 8 * 501;
    channel.read();
    expect(channel.received).toMatchObject([{ type: "error", id: 0 }]);
    channel.request();
    channel.answer(1, batchOf(1, 500));
    channel.read();
    expect(channel.received[1]).toMatchObject({ type: "batch", id: 1, batch: batchOf(1, 500) });
    // Its file is free again, as all others are.
    channel.request();
    channel.shared = 0;
    for (let i = 0; i < batchesInFlight; i++) channel.answer(2 + i, batchOf(2 + i, 500));
    expect(channel.shared).toBe(batchesInFlight);
    closeFiles(channel.files);
  });
});
