import { execFileSync } from "node:child_process";
import { DataLoader, isTensor, release } from "epochal";
import { describe, expect, it } from "vitest";
import { Frozen, Many, Stacked } from "../fixtures/sequences.js";

/** The typed arrays of a batch of {@link Frozen}. */
function viewsOf(batch: object): Float32Array[] {
  if (batch instanceof Float32Array) return [batch];
  return isTensor(batch) ? [batch.data as Float32Array] : Object.values(batch).flatMap(viewsOf);
}

describe("releasing batches", () => {
  it.each([{ workers: 0 }, { workers: 1 }, { workers: 1, useMultiprocessing: true }])(
    "allocates no more batch memory than may be out at once, and changes no byte: %o",
    async (options) => {
      const plain: number[] = [];
      await using kept = new DataLoader(new Stacked(60), options);
      for await (const { x } of kept) plain.push(x.data[0]!);

      await using loader = new DataLoader(new Stacked(60), { ...options, maxQueueSize: 2 });
      const seen: number[] = [];
      let bytes = 0;
      for await (const batch of loader) {
        seen.push(batch.x.data[0]!);
        bytes = batch.x.data.byteLength;
        release(batch);
        expect(batch.x.data.length).toBe(0);
      }
      expect(seen).toEqual(plain);
      // The queue, the worker's batch, and two that are on their way back while the next ones are begun.
      const { bytesAllocated } = loader.stats();
      expect(bytesAllocated).toBeLessThanOrEqual((2 + 1 + 2) * bytes);
      expect(bytesAllocated).toBeGreaterThan(0);
    },
  );

  it("gives a released batch's memory to nobody who still looks at it", async () => {
    await using loader = new DataLoader(new Stacked(10), { workers: 0 });
    const views: Float32Array[] = [];
    for await (const batch of loader) {
      using _lease = batch;
      views.push(batch.x.data);
    }
    expect(views.map((view) => view.length)).toEqual(Array(10).fill(0));
  });

  it.each([{ workers: 0 }, { workers: 1 }, { workers: 1, useMultiprocessing: true }])(
    "gives back batches that getItem has frozen: %o",
    async (options) => {
      await using loader = new DataLoader(new Frozen(), options);
      for await (const batch of loader) {
        expect(Object.isFrozen(batch)).toBe(false);
        const views = viewsOf(batch);
        expect(views.map(([first]) => first)).toEqual(views.map(() => 1));
        {
          using _lease = batch;
        }
        expect(viewsOf(batch).map(({ length }) => length)).toEqual(views.map(() => 0));
      }
    },
  );

  it("takes a batch back of more arrays than a call takes arguments", async () => {
    await using loader = new DataLoader(new Many(150_000), { workers: 1 });
    for await (const batch of loader) {
      release(batch);
      expect(batch.every((array) => array.length === 0)).toBe(true);
    }
  });

  it("keeps nothing of the last batch once its loop is left", async () => {
    const program = `
      import { DataLoader, release } from "epochal";
      import { Stacked } from ${JSON.stringify(new URL("../fixtures/sequences.js", import.meta.url).href)};
      const loader = new DataLoader(new Stacked(60), { workers: 1 });
      // A function's own, so that nothing here holds a batch.
      async function takeAll() {
        const held = [];
        for await (const batch of loader) if (held.push(batch) === 60) break;
        const last = new WeakRef(held.at(-1));
        held.forEach((batch) => release(batch));
        return last;
      }
      const last = await takeAll();
      await new Promise((resolve) => setTimeout(resolve, 50));
      gc();
      console.log(last.deref() === undefined);
      await loader.close();
    `;
    const said = execFileSync(process.execPath, ["--expose-gc", "--input-type=module", "--eval", program], {
      encoding: "utf8",
    });
    expect(said.trim()).toBe("true");
  });

  it("answers to the keys of compilers where the platform has none", () => {
    const program = `
      const old = new Set(["dispose", "asyncDispose"]);
      const { Symbol: present } = globalThis;
      globalThis.Symbol = (description) => present(description);
      for (const key of Object.getOwnPropertyNames(present)) {
        if (!old.has(key) && !(key in Function)) Symbol[key] = present[key];
      }
      const { batches, DataLoader } = await import(${JSON.stringify(import.meta.resolve("epochal"))});
      const loader = new DataLoader(batches({ length: 2, getItem: (i) => i }, { batchSize: 1 }));
      for await (const batch of loader) {
        batch[Symbol.for("Symbol.dispose")]();
        console.log(batch.data.length, Object.getOwnPropertyNames(batch).join());
      }
      await loader[Symbol.for("Symbol.asyncDispose")]();
    `;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
    });
    expect(output).toBe("0 data,shape,dtype\n0 data,shape,dtype\n");
  });

  it("leaves unreleased batches alone, and does not show that they could be released", async () => {
    await using loader = new DataLoader(new Stacked(10), { workers: 1 });
    const batches = [];
    for await (const batch of loader) batches.push(batch);
    expect(batches.map(({ x }) => x.data[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(Object.keys(batches[0]!)).toEqual(["x"]);
    release(batches[0]);
    release(batches[0]);
  });
});
