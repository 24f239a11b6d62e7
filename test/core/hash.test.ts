/** States of loaders hold these numbers: they are frozen. */
import { describe, expect, it } from "vitest";
import { hashBytes, hashStart, hashText, hashWords, hexOf } from "../../src/core/hash.ts";

/** `length` bytes of anything, `from` bytes into their memory. */
function bytes(length: number, from: number): Uint8Array {
  return Uint8Array.from({ length: length + from }, (_, i) => Math.imul(i, 2654435761) >>> 24).subarray(from);
}

describe("hashes", () => {
  it("of words are those of FNV-1a, which are given for bytes", () => {
    const known = (text: string) => hexOf(hashWords(Array.from(text, (letter) => letter.charCodeAt(0))));
    expect([known(""), known("a"), known("foobar")]).toEqual(["811c9dc5", "e40c292c", "bf9cf968"]);
    expect(hexOf(hashWords([0.5, -1, 2 ** 40, 3]))).toBe("78835c59");
    expect(hexOf(hashWords(Float64Array.of(0.25, 0.75)))).toBe("117697cd");
  });

  it("of texts stay what they were", () => {
    expect(hashText("", hashStart)).toBe(84696351);
    expect(hashText("photos/ä.jpg", hashStart)).toBe(-1646619402);
    expect(hashText("x", 7)).toBe(-633685884);
  });

  it.each([
    [0, 0, -876254072],
    [1, 0, 1322625729],
    [7, 1, 490997921],
    [64, 0, 922935682],
    [1000, 3, -1509442642],
    [2 ** 20, 0, 1357992961],
    [2 ** 20 + 1, 0, 297287530],
    [3_000_001, 2, 126486803],
  ])("of %i bytes from %i on stay what they were", (length, from, hash) => {
    expect(hashBytes(bytes(length, from))).toBe(hash);
  });
});
