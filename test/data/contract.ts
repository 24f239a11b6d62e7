/** What every reader keeps, whatever its format; the test of each format calls it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { BytesSource } from "../../src/bytes/open.ts";
import { collate } from "../../src/sequence/batching/collate.ts";
import { createContext } from "../../src/sequence/context.ts";
import type { Sequence } from "../../src/sequence/sequence.ts";
import { run } from "../../src/tensor/run.ts";
import { handleOf } from "../bytes/handles.ts";

/** A reader, and files of it with what is in them. */
export interface Kept {
  readonly name: string;
  /** Opens files that lie anywhere. */
  readonly open: (files: readonly BytesSource[]) => Promise<Sequence<unknown>>;
  /** What is in each file. */
  readonly files: readonly Uint8Array[];
  /** All samples of the files, one file after the other, as a plain parse has them. */
  readonly samples: readonly unknown[];
  /** End of the files' names, where the reader looks at it: `.csv`. */
  readonly ending?: string;
}

/** Describes what any reader keeps over `kept`. */
export function keepsContract({ name, open, files, samples, ending = "" }: Kept): void {
  const root = mkdtempSync(join(tmpdir(), "epochal-data-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const paths = files.map((bytes, i) => {
    const path = join(root, `${i}${ending}`);
    writeFileSync(path, bytes);
    return path;
  });

  describe(`${name}, as every reader,`, () => {
    it.each<[string, (path: string, i: number) => BytesSource]>([
      ["files", (path) => path],
      ["bytes", (_, i) => files[i]!],
      // Most often a part of memory that holds other things as well.
      ["Buffers", (_, i) => Buffer.concat([Buffer.of(1, 2, 3), files[i]!]).subarray(3)],
      ["Blobs", (_, i) => new Blob([files[i]! as Uint8Array<ArrayBuffer>])],
      ["Files", (path, i) => new File([files[i]! as Uint8Array<ArrayBuffer>], path)],
      ["handles", (path, i) => handleOf(files[i]!, path)],
    ])("gives what a plain parse does, of %s", async (_, place) => {
      await expectSamples(await open(paths.map(place)), samples);
    });

    it("gives the same of a server, with ranges and without", async () => {
      for (const ranges of [true, false]) {
        const server = await serve(files, ranges);
        try {
          await expectSamples(await open(paths.map((_, i) => `${server.url}/${i}${ending}`)), samples);
        } finally {
          server.close();
        }
      }
    });

    it("answers at once where the file is local, in any order, and says where an index is none", async () => {
      const reader = await open(paths);
      const order = samples.map((_, i) => (i * 7919) % samples.length);
      for (const index of order) {
        const sample = reader.getItem(index, contextOf(index));
        expect(sample).not.toBeInstanceOf(Promise);
        expect(await run(sample)).toEqual(samples[index]);
      }
      expect(() => reader.getItem(samples.length, contextOf(0))).toThrow(/index/i);
      expect(() => reader.getItem(-1, contextOf(0))).toThrow(/index/i);
    });

    it("is plain data with files that any thread opens for itself", async () => {
      const reader = await open(paths);
      const copy = Object.assign(
        Object.create(Object.getPrototypeOf(reader)),
        structuredClone({ ...reader }),
      );
      await expectSamples(copy, samples);
    });

    it("makes batches", async () => {
      const reader = await open(paths);
      const batch = await collate(samples.map((_, i) => reader.getItem(i, contextOf(i)) as never));
      expect(batch).toBeDefined();
    });
  });
}

/** Opens every beginning of `bytes`, which is to fail with a DataError, when it is opened or when it is read to its end. */
export async function failsWhereCut(
  bytes: Uint8Array,
  open: (file: Uint8Array) => Promise<Sequence<unknown>>,
): Promise<void> {
  for (let length = 0; length < bytes.length; length++) {
    let error: unknown;
    try {
      const reader = await open(bytes.slice(0, length));
      for (let i = 0; i < reader.length; i++) await run(await reader.getItem(i, contextOf(i)));
    } catch (thrown) {
      error = thrown;
    }
    expect(error, `cut after ${length} of ${bytes.length} bytes`).toMatchObject({ name: "DataError" });
  }
}

async function expectSamples(reader: Sequence<unknown>, samples: readonly unknown[]): Promise<void> {
  expect(reader.length).toBe(samples.length);
  for (const [i, sample] of samples.entries())
    expect(await run(await reader.getItem(i, contextOf(i)))).toEqual(sample);
}

function contextOf(index: number) {
  return createContext({ epoch: 0, index, seed: 0 });
}

async function serve(files: readonly Uint8Array[], ranges: boolean) {
  const server = createServer((request, response) => {
    const bytes = files[Number.parseInt(request.url!.slice(1), 10)]!;
    const range = ranges ? /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") : null;
    if (range === null) return void response.end(bytes);
    const [from, to] = [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)];
    if (from >= bytes.length) return void response.writeHead(416).end();
    response
      .writeHead(206, { "content-range": `bytes ${from}-${to}/${bytes.length}`, etag: '"1"' })
      .end(bytes.subarray(from, to + 1));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}
