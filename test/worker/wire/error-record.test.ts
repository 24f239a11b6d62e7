import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { ImageError, isEpochalError } from "../../../src/core/errors.ts";
import { fromRecord, toRecord } from "../../../src/worker/wire/error-record.ts";

const throughAWire = (thrown: unknown): unknown => fromRecord(structuredClone(toRecord(thrown)));

describe("an error's record", () => {
  it("keeps class, name, message, stack, own fields and the chain of causes", () => {
    class DiskError extends RangeError {
      sector = 7;
      handler = (): number => 1;
    }
    const thrown = new DiskError("boom", { cause: new TypeError("below", { cause: "the bottom" }) });
    const back = throughAWire(thrown) as DiskError;
    expect(back).toBeInstanceOf(RangeError);
    expect([back.name, back.message, back.stack, back.sector]).toEqual([
      "DiskError",
      "boom",
      thrown.stack,
      7,
    ]);
    expect("handler" in back).toBe(false);
    expect(back.cause).toBeInstanceOf(TypeError);
    expect((back.cause as Error).cause).toBe("the bottom");
    expect(Object.keys(back)).toEqual(["sector"]);
  });

  it("restores our own classes and the errors of an AggregateError", () => {
    const back = throughAWire(new ImageError("bad", { path: "cat.jpg" }));
    expect(isEpochalError(back, "ImageError") && back.path).toBe("cat.jpg");
    const several = throughAWire(new AggregateError([new TypeError("a"), "b"], "both")) as AggregateError;
    expect(several).toBeInstanceOf(AggregateError);
    expect(several.errors[0]).toBeInstanceOf(TypeError);
    expect(several.errors[1]).toBe("b");
  });

  it("keeps what is no error as it is, and puts into words what cannot be sent", () => {
    for (const value of [undefined, null, 0, "", "text", { code: 3 }])
      expect(throughAWire(value)).toEqual(value);
    expect(throughAWire(Symbol("gone"))).toBe("Symbol(gone)");
    expect(throughAWire(Object.assign(Object.create(null), { f() {} }))).toBe("a value that cannot be shown");
  });

  it("never throws: getters that throw, causes in a circle", () => {
    const odd = new Error("odd");
    Object.defineProperty(odd, "field", {
      enumerable: true,
      get() {
        throw new Error("no");
      },
    });
    odd.cause = odd;
    expect((throughAWire(odd) as Error).message).toBe("odd");
  });

  it("takes errors of another realm for errors", () => {
    const back = throughAWire(runInNewContext("new TypeError('far away')")) as Error;
    expect(back).toBeInstanceOf(TypeError);
    expect(back.message).toBe("far away");
  });
});
