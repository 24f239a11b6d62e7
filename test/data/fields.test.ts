import { describe, expect, it } from "vitest";
import { decodeField, type FieldType } from "../../src/data/fields.ts";

const bytes = (text: string, encoding: BufferEncoding = "utf8") =>
  new Uint8Array(Buffer.from(text, encoding));

describe("a field of bytes", () => {
  it.each<[FieldType, Uint8Array, RegExp]>([
    ["float64", bytes("1e400"), /"1e400", which is out of the range of dtype float64/],
    ["float32", bytes("-1e400\n"), /out of the range of dtype float32/],
    ["float32", bytes("1e39"), /out of the range of dtype float32/],
    ["int64", bytes("12345678901234567.5"), /no text of one number of dtype int64/],
    ["uint8", bytes("256"), /out of the range of dtype uint8/],
    [
      "json",
      bytes('{"id": 12345678901234567890}'),
      /12345678901234567890 is too long for a number.*Write it as text/,
    ],
    ["json", bytes("[1e999]"), /beyond the numbers of JavaScript/],
    ["string", bytes("hi", "utf16le"), /It is text in UTF-16\. Convert it/],
    ["string", bytes("a", "utf16le"), /UTF-16/],
    ["string", Uint8Array.of(0, 104, 0, 105), /UTF-16/],
    ["int32", bytes("7", "utf16le"), /UTF-16/],
  ])("%s: a number is never another, and text none of another encoding", (type, value, message) => {
    expect(() => decodeField(type, value)).toThrow(message);
  });

  it("is what was written", () => {
    expect(decodeField("json", bytes('{"id": 9007199254740992, "x": 0.12345678901234567}'))).toEqual({
      id: 9007199254740992,
      x: 0.12345678901234566,
    });
    expect(decodeField("int64", bytes("12345678901234567"))).toMatchObject({
      data: BigInt64Array.of(12345678901234567n),
    });
    expect(decodeField("float64", bytes("-inf"))).toMatchObject({ data: Float64Array.of(-Infinity) });
    // Filled up with zeros, as numpy's texts of fixed length are.
    expect(decodeField("string", bytes("a\0\0\0"))).toBe("a\0\0\0");
  });
});
