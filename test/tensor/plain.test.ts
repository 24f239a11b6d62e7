/** A batch is plain data in every kind of worker: what structured clone would lose is refused by name, in this thread too. */
import vm from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromPixels } from "../../src/image/index.ts";
import { plain } from "../../src/tensor/plain.ts";
import { run } from "../../src/tensor/run.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { forEachLeaf } from "../../src/tensor/tree.ts";

class Sample {
  #secret = 1;
  label = "cat";
  get secret() {
    return this.#secret;
  }
}
class Failure extends Error {}
class Words extends Map {}

describe("plain", () => {
  it("is the batch itself where it is plain", () => {
    const batch = [tensor([1]), { label: "a", rows: [1, "b", null, 5n], view: new Float32Array(2) }];
    expect(plain(batch)).toBe(batch);
  });

  it("lets pass what structured clone brings whole, and nothing else", () => {
    fc.assert(
      fc.property(
        fc.object({
          withDate: true,
          withTypedArray: true,
          withBigInt: true,
          withMap: true,
          withSet: true,
          withSparseArray: true,
          withNullPrototype: true,
        }),
        (batch) => {
          expect(plain(batch)).toStrictEqual(structuredClone(batch));
        },
      ),
    );
  });

  it("keeps a key of any name as a key", () => {
    const batch = JSON.parse('{ "a": { "__proto__": { "polluted": 1 } }, "constructor": 1 }') as object;
    const delivered = plain(Object.freeze(batch)) as { a: object };
    expect(Object.keys(delivered.a)).toEqual(["__proto__"]);
    expect(JSON.stringify(delivered)).toBe('{"a":{"__proto__":{"polluted":1}},"constructor":1}');
    const mapped = run({ ...delivered, x: [tensor(1)] } as never) as unknown as { a: object };
    expect(Object.getPrototypeOf(mapped.a)).toBe(Object.prototype);
  });

  it("gives what was frozen or had no prototype in its plain form, and a copy of what could be the sequence's own", () => {
    const own = { at: new Date(5), words: new Map([["a", { rows: [1] }]]), memory: new ArrayBuffer(4) };
    const batch = Object.freeze({
      list: Object.freeze([1]),
      bare: Object.assign(Object.create(null), { a: 1 }),
      ...own,
    });
    const delivered = plain(batch) as typeof batch;
    expect(delivered).toStrictEqual({ ...own, list: [1], bare: { a: 1 } });
    for (const part of [delivered, delivered.list]) expect(Object.isExtensible(part)).toBe(true);
    for (const name of ["at", "words", "memory"] as const) expect(delivered[name]).not.toBe(own[name]);
  });

  it("gives memory in a map, a set or a cause as its own, as a border does", () => {
    class Own extends Float32Array {}
    const rows = Float32Array.of(1, 2, 3);
    const shared = new Float32Array(new SharedArrayBuffer(8));
    const held = [Buffer.from("ab"), new Own(1), rows.subarray(1, 2), shared, [rows], { x: tensor(rows) }];
    for (const value of held) {
      const delivered = [
        ...(plain(new Map([[1, value]])) as Map<number, unknown>).values(),
        ...(plain(new Set([value])) as Set<unknown>),
        (plain(new TypeError("x", { cause: value })) as Error).cause,
      ];
      for (const member of delivered) {
        expect(member).toStrictEqual(value === held[0] ? Uint8Array.of(97, 98) : unshared(value));
        const buffers: ArrayBufferLike[] = [];
        forEachLeaf(member, (leaf) => buffers.push(((leaf as Tensor).data ?? leaf).buffer));
        for (const buffer of buffers) {
          expect(buffer).toBeInstanceOf(ArrayBuffer);
          expect([rows.buffer, shared.buffer]).not.toContain(buffer);
        }
      }
    }
    expect(plain(new TypeError("x", { cause: { a: 1 } }))).toStrictEqual(
      structuredClone(new TypeError("x", { cause: { a: 1 } })),
    );
  });

  it("takes things of another realm for what they are", () => {
    const batch: unknown = vm.runInNewContext(
      "({ list: [1], map: new Map([[1, { a: 1 }]]), at: new Date(5) })",
    );
    expect(plain(batch)).toEqual({ list: [1], map: new Map([[1, { a: 1 }]]), at: new Date(5) });
  });

  it.each<[string, unknown, RegExp]>([
    ["an instance with private fields", { rows: [new Sample()] }, /`rows\[0\]` is an instance of Sample/],
    ["the batch itself", new Sample(), /it is an instance of Sample/],
    ["an error of a class of one's own", { failed: new Failure("x") }, /`failed` is an instance of Failure/],
    [
      "an error with fields",
      { failed: Object.assign(new Error("x"), { code: 1 }) },
      /`failed` is an error with a property of its own, code/,
    ],
    [
      "an error under another name",
      { failed: Object.defineProperty(new Error("x"), "name", { value: "E" }) },
      /a property of its own, name/,
    ],
    ["an instance as cause", new Error("x", { cause: new Sample() }), /`\.cause` is an instance of Sample/],
    [
      "an image in a map",
      { m: new Map([[1, [fromPixels(tensor(new Uint8Array(3), { shape: [1, 1, 3] }))]]]) },
      /`m\.values\(\)\[0\]` is an image/,
    ],
    ["a collection of a class of one's own", [new Words()], /`\[0\]` is an instance of Words/],
    [
      "an instance in a map",
      { m: new Map([["a", new Sample()]]) },
      /`m\.values\(\)` is an instance of Sample/,
    ],
    [
      "an expression in the middle of its work",
      { e: Object.assign(/a/g, { lastIndex: 2 }) },
      /instance of RegExp/,
    ],
    ["a Blob", { b: new Blob([]) }, /instance of Blob/],
    ["a function", { f: () => 1 }, /`f` is a function/],
    ["a symbol as key", { [Symbol("x")]: 1 }, /`Symbol\(x\)` is a property that is not plain/],
    [
      "an accessor",
      {
        a: {
          get x() {
            return 1;
          },
        },
      },
      /`a\.x` is a property that is not plain/,
    ],
    ["named elements", { a: Object.assign([1], { n: 1 }) }, /`a` is an array with named properties/],
    ["a weak map", { w: new WeakMap() }, /instance of WeakMap/],
  ])("refuses %s", (_, batch, message) => {
    expect(() => plain(batch)).toThrow(message);
    expect(() => run(batch)).toThrow(expect.objectContaining({ name: "PortableError" }) as Error);
  });
});

it("refuses a thenable in a batch as it does a promise", () => {
  class Query {
    // biome-ignore lint/suspicious/noThenProperty: what a query of a database is
    then(resolve: (value: number) => void) {
      resolve(1);
    }
  }
  expect(() => run({ x: new Query() })).toThrow("The batch holds a promise");
});

/** A part of memory that is neither shared nor of a class of its own, as structured clone never gives it. */
function unshared(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Float32Array.from(value as Float32Array) : structuredClone(value);
}
