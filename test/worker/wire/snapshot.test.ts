/** What a worker holds is what the user has: pictured whole, seen when it changes, and never taken for anything else. */
import { openAsBlob } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import vm from "node:vm";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { processes } from "../../../src/worker/kinds/process.ts";
import { threads } from "../../../src/worker/kinds/thread.ts";
import { byModule, portable } from "../../../src/worker/wire/portable.ts";
import { exportsOf, revive } from "../../../src/worker/wire/snapshot/revive.ts";
import { type SnapshotOptions, takeSnapshot } from "../../../src/worker/wire/snapshot/snapshot.ts";

const here = import.meta.url;

const toThread = threads({}, byModule()).recipient;
const toProcess = processes({}, byModule()).recipient;

/** A class that says where it is, with what people put into classes. */
class Words extends Map<string, number> {
  static readonly module = here;
  bonus = 1;
}
class Files extends Array<string> {
  static readonly module = here;
  root = "/data";
}
class Failure extends RangeError {
  static readonly module = here;
  code = 7;
}
class Held {
  static readonly module = here;
  constructor(readonly value: unknown) {}
}
class Opened {
  static readonly module = here;
  #path: string;
  constructor(path: string) {
    this.#path = path;
  }
  getState() {
    return { path: this.#path };
  }
  static fromState({ path }: { path: string }) {
    return new Opened(path);
  }
  get path() {
    return this.#path;
  }
}
const twice = portable(here, function twice(x: number) {
  return 2 * x;
});
const exported: Record<string, unknown> = { Words, Files, Failure, Held, Opened, twice };

async function through(value: unknown, to: SnapshotOptions["to"] = toThread): Promise<unknown> {
  const snapshot = takeSnapshot(value, { to });
  if (snapshot.problem) throw snapshot.problem;
  return revive(structuredClone(snapshot), async (url) => {
    expect(url).toBe(here);
    return exportsOf(url, exported);
  });
}

const plain = fc.object({
  withDate: true,
  withTypedArray: true,
  withBigInt: true,
  withSparseArray: true,
  withNullPrototype: true,
  maxDepth: 4,
});
const anything = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    plain,
    fc
      .constantFrom<() => unknown>(
        () => Buffer.from("a,1\nb"),
        () => new Words([["a", 1]]),
        () => Files.from(["a", "b"]),
        () => new Failure("boom", { cause: new TypeError("first") }),
        () => new Opened("x.idx"),
        () => twice,
        () => Object.assign(/a+/g, { lastIndex: 3 }),
        () => new URL("https://a.example/b?c"),
        () => new Float64Array([1, Number.NaN, -0]).subarray(1),
        () => new DataView(new ArrayBuffer(8), 2, 4),
        () => Object.freeze([1, Object.freeze({ a: 1 })]),
        () => JSON.parse('{ "__proto__": { "polluted": 1 }, "epochal:reference": "function" }'),
        () => Object.assign([1, 2], { index: 3 }),
        () => Object(5n),
      )
      .map((make) => make()),
    fc.array(tie("node")),
    fc.dictionary(fc.string(), tie("node")),
    fc.uniqueArray(tie("node")).map((items) => new Set(items)),
    fc.array(fc.tuple(tie("node"), tie("node"))).map((entries) => new Map(entries)),
    tie("node").map((value) => new Held(value)),
    tie("node").map((value) => {
      const shared = { value };
      return [shared, shared];
    }),
  ),
})).node;

/** All there is to see of a value, own symbols and hidden properties included. */
const show = (value: unknown) =>
  inspect(value, { depth: 50, showHidden: true, maxArrayLength: 1e4, maxStringLength: 1e4, getters: false });

describe("a snapshot", () => {
  it("builds up whatever it was taken of", async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        expect(show(await through(value))).toBe(show(value));
      }),
      { numRuns: 500 },
    );
  });

  it("is given back itself where nothing has changed, and is another where anything has", () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(toThread, toProcess, "nobody" as const), (value, to) => {
        const before = takeSnapshot(value, { to });
        expect(takeSnapshot(value, { to, before })).toBe(before);
        const other = takeSnapshot([value, 1], { to, before });
        expect(other).not.toBe(before);
        expect(other).toEqual(takeSnapshot([value, 1], { to }));
      }),
    );
  });

  it.each<[string, unknown, (value: never) => void]>([
    ["an element", { files: ["a", "b"] }, (it: { files: string[] }) => it.files.reverse()],
    ["one element more", ["a"], (it: string[]) => it.push("b")],
    [
      "one byte",
      { x: new Uint8Array(5e6) },
      (it: { x: Uint8Array }) => {
        it.x[17] = 1;
      },
    ],
    [
      "a byte of a view's neighbour",
      new Uint8Array(8).subarray(4),
      (it: Uint8Array) => new Uint8Array(it.buffer).fill(1, 0, 1),
    ],
    ["a key", new Map([["a", 1]]), (it: Map<string, number>) => it.delete("a") && it.set("b", 1)],
    ["the order of a set", new Set([1, 2]), (it: Set<number>) => it.delete(1) && it.add(1)],
    ["a time", new Date(0), (it: Date) => it.setTime(1)],
    [
      "where an expression stands",
      /a/g,
      (it: RegExp) => {
        it.lastIndex = 2;
      },
    ],
    [
      "zero's sign",
      [0],
      (it: number[]) => {
        it[0] = -0;
      },
    ],
    ["a hole", [undefined, 1], (it: unknown[]) => void delete it[0]],
    [
      "a property of an error",
      new Failure("a"),
      (it: Failure) => {
        it.code = 8;
      },
    ],
    [
      "what getState says",
      new Opened("a"),
      (it: Opened) => Object.assign(it, { getState: () => ({ path: "b" }) }),
    ],
    [
      "that two are now one",
      [{ a: 1 }, { a: 1 }],
      (it: unknown[]) => {
        it[1] = it[0];
      },
    ],
    ["that it may not be changed", { a: [1] }, (it: { a: number[] }) => void Object.freeze(it.a)],
    ["a name on a short list", ["a"], (it: string[]) => Object.assign(it, { root: "/" })],
  ])("sees a change of %s", (_, value, change) => {
    const before = takeSnapshot(value, { to: toThread });
    change(value as never);
    const after = takeSnapshot(value, { to: toThread, before });
    expect(after).not.toBe(before);
    expect(after).toEqual(takeSnapshot(value, { to: toThread }));
  });

  it("is not what the value becomes later", async () => {
    const value = { x: new Float32Array([1, 2]), files: ["a"], map: new Map([["k", { v: 1 }]]) };
    const snapshot = takeSnapshot(value, { to: toThread });
    value.x.fill(9);
    value.files.push("b");
    value.map.get("k")!.v = 9;
    expect(await revive(structuredClone(snapshot), async (url) => exportsOf(url, {}))).toEqual({
      x: new Float32Array([1, 2]),
      files: ["a"],
      map: new Map([["k", { v: 1 }]]),
    });
  });

  it("shares what is shared with threads, and copies it for processes", async () => {
    const memory = new SharedArrayBuffer(16);
    const thread = takeSnapshot({ memory }, { to: toThread });
    expect(thread.leaves).toContain(memory);
    const process = takeSnapshot({ memory }, { to: toProcess });
    new Uint8Array(memory)[3] = 1;
    expect(takeSnapshot({ memory }, { to: toThread, before: thread })).toBe(thread);
    expect(takeSnapshot({ memory }, { to: toProcess, before: process })).not.toBe(process);
  });

  it("keeps cycles, also through classes", async () => {
    const held = new Held(undefined) as { value: unknown };
    const ring: unknown[] = [held];
    held.value = { ring };
    const copy = (await through(held)) as { value: { ring: unknown[] } };
    expect(copy.value.ring[0]).toBe(copy);
    expect(copy).toBeInstanceOf(Held);
  });

  it("takes things of another realm for what they are", async () => {
    const value = vm.runInNewContext(
      "({ list: [1], map: new Map([[1, { a: new Uint8Array(2) }]]), at: new Date(5) })",
    );
    expect(await through(value)).toEqual({
      list: [1],
      map: new Map([[1, { a: new Uint8Array(2) }]]),
      at: new Date(5),
    });
  });

  it("never imports, calls or reads what data say", async () => {
    const reference = fc.record({
      "epochal:reference": fc.constantFrom("function", "instance", "state", 20, 22, 23),
      address: fc.record({
        module: fc.constant("data:text/javascript,globalThis.ran=1"),
        export: fc.constantFrom("x", "fromState"),
      }),
      codes: fc.array(fc.nat(30)),
      leaves: fc.array(fc.constantFrom("data:text/javascript,globalThis.ran=1", "x")),
      modules: fc.constant(["data:text/javascript,globalThis.ran=1"]),
      value: fc.object(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(reference, fc.jsonValue())), async (data) => {
        const rows = JSON.parse(JSON.stringify(data)) as unknown;
        const snapshot = takeSnapshot({ rows }, { to: toProcess });
        expect(snapshot.modules).toEqual([]);
        const copy = await revive(structuredClone(snapshot), () => Promise.reject(new Error("imported")));
        expect(copy).toStrictEqual({ rows });
      }),
    );
    expect("ran" in globalThis).toBe(false);
  });
});

describe("what cannot be sent", () => {
  class Pixels extends Uint8Array {
    static readonly module = here;
  }
  class Foreign {
    kept = 1;
  }
  class Hurt {
    static readonly module = here;
    get getState(): unknown {
      throw new Error("not today");
    }
  }
  it.each<[string, unknown, RegExp]>([
    [
      "an open file",
      { file: new Foreign() },
      /the field `file`, an instance of Foreign.*If it is not .*give the class that holds it getState\(\) and static fromState\(state\)/,
    ],
    [
      "a typed array with a class of its own",
      { rows: [new Pixels(3)] },
      /`rows\[0\]`, an instance of Pixels, which extends a typed array/,
    ],
    ["a function", { fn: () => 1 }, /the function fn.*portable\(import\.meta\.url, fn\)/],
    ["a symbol", { a: { mark: Symbol("x") } }, /`a\.mark`, a symbol/],
    [
      "a key that is a symbol",
      { a: { [Symbol("x")]: 1 } },
      /`a\.Symbol\(x\)`, a property that is keyed by a symbol/,
    ],
    [
      "an accessor",
      {
        a: {
          get now() {
            return 1;
          },
        },
      },
      /`a\.now`, a property that is an accessor/,
    ],
    [
      "a hidden property of a record",
      { a: Object.defineProperty({}, "b", { value: 1 }) },
      /`a\.b`, a property that is not enumerable/,
    ],
    ["a promise", { a: Promise.resolve(1) }, /`a`, an instance of Promise.*getState\(\)/],
    ["memory given away", { a: detached() }, /`a`, memory that was given away/],
    [
      "a state that comes later",
      { a: Object.assign(new Opened("x"), { getState: async () => 1 }) },
      /getState\(\) must return its state at once/,
    ],
    ["what throws when looked at", { a: new Hurt() }, /cannot be read through.*not today/],
  ])("is refused by name: %s", (_, fields, message) => {
    const { problem } = takeSnapshot(Object.assign(new Held(1), fields), { to: toThread });
    expect(problem).toMatchObject({ name: "PortableError" });
    expect(problem!.message).toMatch(message);
  });

  it("is refused by name: a Blob of a file, which no thread can be given", async () => {
    const blob = await openAsBlob(fileURLToPath(import.meta.url));
    const { problem } = takeSnapshot({ blob }, { to: toThread });
    expect(problem).toMatchObject({ name: "PortableError" });
    expect(problem!.message).toMatch(/the field `blob`, a Blob of a file, as fs\.openAsBlob gives/);
  });

  it.each(["FileSystemFileHandle", "FileSystemDirectoryHandle", "FileList"])(
    "reaches threads as it is, and counts by its name: a %s",
    (name) => {
      const Handle = { [name]: class {} }[name]!;
      Object.defineProperty(Handle.prototype, Symbol.toStringTag, { value: name });
      vi.stubGlobal(name, Handle);
      try {
        const of = (name: string) => ({
          field: Object.assign(new Handle(), { kind: "file", name, length: 0 }),
        });
        const picture = takeSnapshot(of("a"), { to: toThread });
        expect([picture.problem, picture.leaves.at(-1)]).toEqual([undefined, expect.any(Handle)]);
        const { problem } = takeSnapshot(of("a"), { to: toProcess });
        expect(problem!.message).toMatch(`\`field\`, an instance of ${name}, which only threads`);
        const facts = (name: string) => takeSnapshot(of(name), { to: "nobody" }).leaves.at(-1);
        expect(facts("a")).toBe(facts("a"));
        if (name !== "FileList") expect(facts("a")).not.toBe(facts("b"));
      } finally {
        vi.unstubAllGlobals();
      }
    },
  );

  it("is refused for processes where only threads can have it", async () => {
    const blob = new Blob(["abc"]);
    expect(takeSnapshot({ blob }, { to: toProcess }).problem!.message).toMatch(
      /`blob`, an instance of Blob, which only threads/,
    );
    const copy = (await through({ blob })) as { blob: Blob };
    expect(await copy.blob.text()).toBe("abc");
  });

  it("sees what instances hold that are known by an id alone, as those of pages are", () => {
    class Terms {
      static readonly id = "Terms";
      constructor(readonly words: readonly string[]) {}
    }
    const look = (...words: string[]): ReturnType<typeof takeSnapshot> =>
      takeSnapshot({ terms: new Terms(words) }, { to: "nobody" });
    expect(look("cat", "dog")).toEqual(look("cat", "dog"));
    expect(look("cat", "dog")).not.toEqual(look("dog", "cat"));
    expect(look("cat").problem).toBeUndefined();
  });

  it("has a picture all the same, for those who only compare", () => {
    const files = ["a"];
    const sequence = { files, getItem: () => 1, open: new Foreign() };
    const before = takeSnapshot(sequence, { to: "nobody" });
    expect(before.problem).toBeDefined();
    expect(takeSnapshot(sequence, { to: "nobody", before })).toBe(before);
    files.push("b");
    expect(takeSnapshot(sequence, { to: "nobody", before })).not.toBe(before);
  });
});

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}
