import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringAt, stringsOf } from "../../src/data/strings.ts";

describe("strings in shared memory", () => {
  it("are what was put there, also halves of characters, of which UTF-8 has none", () => {
    const piece = fc.constantFrom("a", "é", "漢", "😀", "\ud83d", "\ude00", "\0", "\ufeff");
    fc.assert(
      fc.property(fc.array(fc.array(piece, { maxLength: 3 }).map((parts) => parts.join(""))), (texts) => {
        const strings = stringsOf(texts);
        const utf8 = texts.map((text) => Buffer.from(text).toString());
        expect(texts.map((_, i) => stringAt(strings, i))).toEqual(utf8);
      }),
    );
  });
});
