/**
 * A loader as a page has it, before and after what a loop needs has been loaded: a bundle for browsers, split into files,
 * beside the same in Node, where all is there from the start.
 */
import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as node from "epochal";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

type Library = Pick<typeof node, "DataLoader" | "Sequence" | "batches" | "map" | "tensor">;

let folder: string;
let page: Library;

/** A fresh page for each test: nothing of it has been loaded. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "epochal-page-"));
  await build({
    stdin: {
      contents: `export { batches, DataLoader, map, Sequence, tensor } from "epochal";`,
      resolveDir: fileURLToPath(new URL("../..", import.meta.url)),
    },
    bundle: true,
    format: "esm",
    platform: "browser",
    splitting: true,
    outExtension: { ".js": ".mjs" },
    outdir: folder,
  });
  page = (await import(pathToFileURL(join(folder, "stdin.mjs")).href)) as Library;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Samples whose batches say their seed, epoch and index, and draw. */
const samples = {
  length: 20,
  getItem: (i: number, { seed, epoch, random }: node.Context) => [i, seed, epoch, random.uniform()] as const,
};

function loaderOf({ DataLoader }: Library, options: node.DataLoaderOptions = {}) {
  return new DataLoader(samples, { batchSize: 3, shuffle: true, seed: 7, ...options });
}

async function read(loader: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const batch of loader) all.push(batch);
  return all;
}

/** A sequence with a hook, which changes what it gives. */
function hooked({ Sequence, tensor }: Library) {
  class Growing extends Sequence<node.Tensor<"float32">> {
    grown = 0;
    get length() {
      return 4;
    }
    override onEpochEnd() {
      this.grown++;
    }
    getItem(index: number) {
      return tensor([index, this.grown]);
    }
  }
  return new Growing();
}

describe("a loader of a page", () => {
  it("says before its first loop what one in Node says", () => {
    for (const options of [
      {},
      { workers: "auto" },
      { maxQueueSize: "auto", memory: 5 },
      { initialEpoch: 3 },
    ]) {
      const [here, there] = [loaderOf(page, options as object), loaderOf(node, options as object)];
      expect(here.report()).toEqual(there.report());
      expect(here.stats()).toEqual(there.stats());
      expect(here.explain()).toBe(there.explain());
      expect([here.epoch, here.length, here.steps, here.seed]).toEqual([
        there.epoch,
        there.length,
        there.steps,
        there.seed,
      ]);
      // Nothing can look at what the sequence holds yet.
      const { data, ...state } = there.state();
      expect(here.state()).toEqual(state);
      expect(data).toMatch(/^b/);
    }
  });

  it("gives the batches and the states of Node's", async () => {
    const [here, there] = [loaderOf(page), loaderOf(node)];
    for (let epoch = 0; epoch < 2; epoch++) expect(await read(here)).toEqual(await read(there));
    expect(here.state()).toEqual(there.state());
    expect(here.report()).toEqual(there.report());
    expect(here.stats()).toMatchObject({ batches: 14 });
    await Promise.all([here.close(), there.close()]);
  });

  it("begins at the epoch that it is set to", async () => {
    const [here, there] = [loaderOf(page), loaderOf(node)];
    for (const loader of [here, there]) loader.setEpoch(5);
    expect([here.epoch, here.state().epoch]).toEqual([5, 5]);
    expect(await read(here)).toEqual(await read(there));
    expect(here.state()).toEqual(there.state());
  });

  it("goes on from a state of Node's, hooks and all", async () => {
    const first = new node.DataLoader(hooked(node));
    await read(first);
    for await (const _ of first) break;
    const state = first.state();
    const second = new page.DataLoader(hooked(page), { state });
    expect(second.state()).toEqual(state);
    const there = new node.DataLoader(hooked(node), { state });
    expect([second.epoch, second.steps]).toEqual([there.epoch, there.steps]);
    expect(await read(second)).toEqual(await read(there));
  });

  it("refuses a state that does not belong to it as its loop begins", async () => {
    const state = loaderOf(node).state();
    const wrong = { ...state, fingerprint: "Other:1:in order" };
    const loader = loaderOf(page, { state: wrong });
    await expect(read(loader)).rejects.toMatchObject({ name: "StateError" });
    // All is there now, as in Node.
    for (const library of [page, node]) {
      for (const bad of [wrong, { ...state, version: 9 }, null])
        expect(() => loaderOf(library, { state: bad as node.LoaderState })).toThrow(/state/);
    }
  });

  it("tunes, once it is there", async () => {
    const here = loaderOf(page, { workers: "auto", maxQueueSize: "auto" });
    expect(await read(here)).toEqual(await read(loaderOf(node)));
  });

  it("answers calls of next() that overlap in their order, and ends when it is closed meanwhile", async () => {
    const iterator = loaderOf(page)[Symbol.asyncIterator]();
    const answers = await Promise.all(Array.from({ length: 8 }, () => iterator.next()));
    expect(answers.map(({ value }) => value)).toEqual([...(await read(loaderOf(node))), undefined]);

    const closed = new page.DataLoader(hooked(page));
    const waiting = closed[Symbol.asyncIterator]().next();
    await closed.close();
    await expect(waiting).rejects.toMatchObject({ name: "LoaderError" });
  });

  it("gives single batches of a sequence", async () => {
    const [here, there] = [page, node].map(({ batches, map }) =>
      map(batches(samples, { batchSize: 4 }), (batch) => batch),
    );
    expect(await here!.at(2, { epoch: 1, seed: 3 })).toEqual(await there!.at(2, { epoch: 1, seed: 3 }));
    expect(await read(here!)).toEqual(await read(there!));
  });

  it("says what to do where a file of the build cannot be had, and goes on once it can", async () => {
    const files = readdirSync(folder).filter((name) => name !== "stdin.mjs" && !name.startsWith("chunk"));
    for (const name of files) renameSync(join(folder, name), join(folder, `${name}.gone`));
    const loader = loaderOf(page);
    await expect(read(loader)).rejects.toMatchObject({
      name: "LoaderError",
      message: expect.stringMatching(
        /cannot be loaded: .*reload it; else serve all files of the build/s,
      ) as string,
    });
    // Node remembers that import; a page asks again.
    expect(loader.report().epochs).toBe(0);
    await loader.close();
  });
});
