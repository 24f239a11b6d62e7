/** Errors of any shape cross a border in bounded size and time, and say what was left out. */
import { serialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromRecord, toRecord } from "../../../src/worker/wire/error-record.ts";

/** More than any record may take: the texts, the fields, and what holds them together. */
const largest = 1 << 20;

/** As it comes out of a channel between processes, which takes less than one between threads. */
function cross(thrown: unknown): unknown {
  const record = toRecord(thrown);
  expect(serialize(record).length).toBeLessThan(largest);
  return fromRecord(structuredClone(record));
}

describe("an error of any shape", () => {
  it("that cites others which cite it back is as many errors there as here", () => {
    const errors = Array.from({ length: 10 }, (_, i) => new Error(`part ${i}`));
    const all = new AggregateError(errors, "all of them");
    for (const error of errors) error.cause = all;
    const back = cross(all) as AggregateError;
    expect(back.errors.map((error: Error) => error.message)).toEqual(errors.map(({ message }) => message));
    for (const error of back.errors) expect(error.cause).toBe(back);
  });

  it("and graphs of AggregateErrors, each citing all, do so too", () => {
    const errors = Array.from({ length: 40 }, (_, i) => new AggregateError([], `part ${i}`));
    for (const error of errors) Object.assign(error, { cause: errors[0], errors });
    const back = cross(errors[7]) as AggregateError;
    expect(back.message).toBe("part 7");
    expect(back.errors).toHaveLength(40);
    expect(back.errors[7]).toBe(back);
  });

  it("that is one of a thousand, or the head of a long chain, says how many more there were", () => {
    const many = cross(
      new AggregateError(Array.from({ length: 1000 }, (_, i) => new Error(`${i}`))),
    ) as AggregateError;
    expect(many.errors[0]).toBeInstanceOf(Error);
    expect(many.errors.at(-1)).toBe("(936 more errors left out)");
    let chain = new Error("the bottom");
    for (let i = 0; i < 100_000; i++) chain = new Error(`${i}`, { cause: chain });
    let at: unknown = cross(chain);
    let depth = 0;
    for (; at instanceof Error; depth++) at = at.cause;
    expect(depth).toBe(64);
    expect(at).toBe("(further errors left out)");
  });

  it("that cites holes of a list for errors says so", () => {
    const back = cross(Object.assign(new AggregateError([]), { errors: new Array(3) })) as AggregateError;
    expect(back.errors).toEqual([undefined, undefined, undefined]);
    const endless = cross(Object.assign(new Error("x"), { errors: new Array(4e9) })) as AggregateError;
    expect(endless.errors.at(-1)).toMatch(/more errors left out/);
  });

  it("whose fields are long expressions, or maps that lie about their size, is none the larger", () => {
    class Lying extends Map<number, number> {
      override get size(): number {
        throw new Error("run");
      }
    }
    const fields = { long: new RegExp("a".repeat(5_000_000)), map: new Lying([[1, 2]]) };
    const back = cross(Object.assign(new Error("x"), fields));
    expect(back).toMatchObject({ long: expect.stringMatching(/left out/), map: new Map([[1, 2]]) });
  });

  it("with megabytes of message or stack keeps the beginning, the frames, and the causes whole", () => {
    const cause = new TypeError("the cause");
    const back = cross(new RangeError("m".repeat(50_000_000), { cause })) as Error;
    expect(back.message).toMatch(/^m{1000}.* … \(\d+ more characters left out\)$/);
    expect(back.stack).toContain("error-shapes.test.ts");
    expect((back.cause as Error).message).toBe("the cause");
    const tall = Object.assign(new Error("x", { cause }), { stack: "s".repeat(50_000_000) });
    expect((cross(tall) as Error).stack).toMatch(/left out/);
  });

  it("with huge, deep or cyclic fields keeps their beginning, and says so in their place", () => {
    let deep: unknown = "bottom";
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const cyclic: Record<string, unknown> = { name: "ring" };
    cyclic.self = cyclic;
    const error = Object.assign(new Error("fields", { cause: new Error("below") }), {
      code: "E_FIRST",
      cyclic,
      deep,
      list: Array.from({ length: 10_000_000 }),
      bytes: new Uint8Array(10_000_000),
      text: "t".repeat(10_000_000),
    });
    const back = cross(error) as typeof error;
    expect(back.code).toBe("E_FIRST");
    expect(back.cyclic.self).toBe(back.cyclic);
    expect(JSON.stringify(back.deep)).toContain("left out");
    expect(back.list.at(-1)).toMatch(/^\(\d+ more left out\)$/);
    expect((back.cause as Error).message).toBe("below");
    for (const key of ["bytes", "text"] as const) {
      const alone = cross(Object.assign(new Error(), { [key]: error[key] })) as typeof error;
      expect(alone[key]).toMatch(/left out\)$/);
    }
    const sparse = cross(Object.assign(new Error(), { list: new Array(2 ** 32 - 1) })) as typeof error;
    expect(sparse.list.at(-1)).toMatch(/more left out/);
    const wide = Object.assign(
      new Error(),
      Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`f${i}`, i])),
    );
    expect(Object.values(cross(wide) as object).at(-1)).toBe("(further fields left out)");
  });

  it("with getters and proxies runs none of their code for its fields", () => {
    const trap = (): never => {
      throw new Error("code of the user's was run");
    };
    const handler: ProxyHandler<object> = { get: trap, ownKeys: trap, getPrototypeOf: trap, has: trap };
    const error = Object.assign(new Error("odd", { cause: new Proxy({}, handler) }), {
      proxy: new Proxy({}, handler),
      inner: { proxy: new Proxy([], handler) },
      kept: 1,
    });
    Object.defineProperty(error, "getter", { enumerable: true, get: trap });
    Object.defineProperty(error.inner, "getter", { enumerable: true, get: trap });
    const back = cross(error) as typeof error;
    expect([back.message, back.kept, back.cause]).toEqual(["odd", 1, "a proxy"]);
    expect(Object.keys(back)).toEqual(["kept"]);
    expect(cross(new Proxy(new Error("within"), handler))).toBe("a proxy");
    for (const errors of [new Proxy([], handler), 7, null, { length: 1e9 }]) {
      expect((cross(Object.assign(new Error("list"), { errors })) as Error).message).toBe("list");
    }
  });

  it("whose message, stack or name is no text, or cannot be had, is an error all the same", () => {
    const odd = {
      toString() {
        throw new Error("no");
      },
    };
    for (const key of ["message", "stack", "name", "cause", "errors", "constructor"]) {
      for (const value of [undefined, null, 7, odd, Symbol("s"), () => 1, new Proxy({}, {})]) {
        const error = new Error("kept");
        Object.defineProperty(error, key, { value });
        expect(() => cross(error)).not.toThrow();
      }
      const throws = new Error("kept");
      Object.defineProperty(throws, key, { get: odd.toString });
      expect(() => cross(throws)).not.toThrow();
    }
  });

  it("keeps errors in its fields what they are, and data of a record's own __proto__ data", () => {
    const previous = new TypeError("before");
    const error = Object.assign(new Error("after"), { previous, again: previous });
    Object.defineProperty(error, "__proto__", { value: { polluted: true }, enumerable: true });
    const back = cross(error) as typeof error & { polluted?: boolean };
    expect(back).toBeInstanceOf(Error);
    expect(back.previous).toBeInstanceOf(TypeError);
    expect(back.again).toBe(back.previous);
    expect(back.polluted).toBeUndefined();
    expect({}).not.toHaveProperty("polluted");
  });

  it("is, where it is small, what was thrown", () => {
    fc.assert(
      fc.property(
        fc.object({ withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        (fields) => {
          const back = cross(Object.assign(new Error("small"), { fields })) as { fields: unknown };
          expect(back.fields).toEqual(structuredClone(fields));
          expect(cross(fields)).toEqual(structuredClone(fields));
        },
      ),
    );
  });
});
