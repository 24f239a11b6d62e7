/** What cannot reach a worker is one clear error that says what to do; what can, arrives whole. */
import { createRequire } from "node:module";
import { batches, DataLoader, type Dataset, map, type Sequence, type Tensor } from "epochal";
import { describe, expect, it } from "vitest";
import { Numbers } from "../fixtures/sequences.js";
import {
  anonymous,
  doubled,
  Handle,
  Inherits,
  NotExported,
  Nowhere,
  PortableVocabulary,
  Private,
  Registry,
  Spoiled,
  Vocabulary,
  Words,
} from "../fixtures/unportable.js";

/** A dataset that only the program knows. */
const written = () =>
  map(batches({ length: 3, getItem: (index: number) => index }, { batchSize: 2 }), () => ({ index: 0 }));

describe.each([false, true])("with processes: %s", (useMultiprocessing) => {
  async function read(sequence: Sequence<{ index: number }>, epochs = 1): Promise<number[]> {
    const indices: number[] = [];
    await using loader = new DataLoader(sequence, { workers: 2, useMultiprocessing });
    for await (const { index } of loader.epochs(epochs)) indices.push(index);
    return indices;
  }

  it.each([
    [
      "a class without `module`",
      () => new Nowhere(),
      /does not say in which module it is.*static override readonly module/,
    ],
    ["a class whose parent has one", () => new Inherits(3), /its parent's `module` does not count/],
    [
      "a class that its module does not export",
      () => new NotExported(),
      /no export named `NotExported`; it has: .*Numbers/,
    ],
    ["a field that cannot be sent", () => new Handle(), /`open\.file`/],
    ["a function that is not marked", () => anonymous(), /portable\(import\.meta\.url/],
    [
      "a dataset written in the call",
      () => written(),
      /`source\.dataset\.getItem`.*Write what has it as a class/,
    ],
  ])("says what to do about %s", async (_, make, message) => {
    const error = await read(make()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "PortableError" });
    expect((error as Error).message).toMatch(message);
  });

  it("finds a class that Node sees only as the `default` of a CommonJS module", async () => {
    const { Tens } = createRequire(import.meta.url)("../fixtures/commonjs.cjs") as {
      Tens: new () => Dataset<{ index: number }>;
    };
    const sequence: Sequence<{ index: Tensor }> = batches(new Tens(), { batchSize: 3 });
    await using loader = new DataLoader(sequence, { workers: 1, useMultiprocessing });
    for await (const { index } of loader) expect([...index.data]).toEqual([0, 10, 20]);
  });

  it("says why a #private field is not there", async () => {
    await expect(read(new Private())).rejects.toThrow(/private #fields do not survive .* getState\(\)/);
  });

  it("names the field that a hook made impossible to send", async () => {
    const error = await read(new Spoiled(), 2).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "PortableError" });
    expect((error as Error).message).toMatch(/`later`/);
  });

  it("sends combinators with their sources and marked functions", async () => {
    expect(await read(doubled())).toEqual([0, 2, 4, 6]);
  });

  it("sends a collection with a class of its own", async () => {
    expect(await read(new Words(new Vocabulary([["A", 1]])))).toEqual([0, 1, 2]);
  });

  it("sends a collection with a class of its own that says how it is made again", async () => {
    expect(await read(new Words(new PortableVocabulary([["a", 1]])))).toEqual([0, 1, 2]);
  });

  it("sends what lies in maps and sets as what it is", async () => {
    expect(await read(new Registry())).toEqual([3, 4, 5]);
  });
});

it.each([{ workers: 0 }, { workers: 1 }])(
  "takes collections of any size in fields, with %o",
  async (options) => {
    const entries = Array.from({ length: 150_000 }, (_, i) => [i, i] as const);
    const fields = { labels: new Map(entries), ids: new Set(entries.map(([id]) => id)) };
    await using loader = new DataLoader(Object.assign(new Numbers(2), fields), options);
    for await (const { index } of loader) expect(index).toBeLessThan(2);
  },
);
