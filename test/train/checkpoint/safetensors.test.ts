import { describe, expect, it } from "vitest";
import { tensor } from "../../../src/tensor/tensor.ts";
import { encodeSafetensors, readHeader } from "../../../src/train/checkpoint/safetensors.ts";
import { decodeSafetensors, memory } from "./safetensors.ts";

/** A file of a header, given as text or a value, and some bytes behind it. */
function file(header: unknown, behind = 0, announced?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + behind);
  new DataView(bytes.buffer).setBigUint64(0, announced ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
const f32 = (from: unknown, to: unknown, shape: unknown = [2]) => ({
  dtype: "F32",
  shape,
  data_offsets: [from, to],
});

describe("safetensors", () => {
  it("come back as they were, odd names and empty tensors included", async () => {
    const tensors = Object.fromEntries([
      ["a", tensor([1, 2, 3], "uint8")],
      ["none", tensor([], "float32")],
      ["__proto__", tensor([[1.5]])],
      ["constructor", tensor(4n, "int64")],
    ]);
    const bytes = Buffer.concat(encodeSafetensors({ tensors, metadata: { x: "é" } }));
    const back = await decodeSafetensors(bytes);
    expect(Object.entries(back.tensors)).toEqual(Object.entries(tensors));
    expect(back.metadata).toEqual({ x: "é" });
    for (const cut of [1, 4, 8, bytes.length - 8, bytes.length - 7, bytes.length]) {
      await expect(decodeSafetensors(bytes.subarray(0, bytes.length - cut))).rejects.toThrow(
        /It is cut off|It has/,
      );
    }
    await expect(decodeSafetensors(Buffer.concat([bytes, Buffer.alloc(1)]))).rejects.toThrow("1 bytes more");
  });

  it.each([
    ["a header of 2^60 bytes", file({}, 0, 2n ** 60n), "announces a header of 1152921504606846976 bytes"],
    ["a header of 2^64 - 1 bytes", file({}, 0, 2n ** 64n - 1n), "announces a header"],
    ["a header that is no JSON", file("{", 0), "Its header is no JSON"],
    ["a header that is no text", file("{}", 0).fill(0xff, 8), "Its header is no JSON"],
    ["a header that is a list", file([]), "Its header is no record"],
    ["text that is none", file({ __metadata__: { training: 7 } }), "no record of strings"],
    [
      "an unknown dtype",
      file({ a: { dtype: "F8", shape: [], data_offsets: [0, 1] } }, 1),
      'has the dtype "F8"',
    ],
    ["no shape", file({ a: f32(0, 8, [-2]) }, 8), "has no shape"],
    ["null", file({ a: null }), "has the dtype undefined"],
    ["offsets beyond the file", file({ a: f32(0, 8) }, 4), "It is cut off"],
    ["offsets below the file", file({ a: f32(-8, 0) }, 8), "is said to lie"],
    ["offsets that are none", file({ a: f32(Number.NaN, "8") }, 8), "is said to lie"],
    ["offsets of another size", file({ a: f32(0, 12) }, 12), "needs 8 bytes"],
    ["a shape of 2^60 elements", file({ a: f32(0, 2 ** 52, [2 ** 50]) }, 8), "It is cut off"],
    ["a shape past all numbers", file({ a: f32(0, 8, [2 ** 40, 2 ** 40]) }, 8), "is said to lie"],
    ["overlapping tensors", file({ a: f32(0, 8), b: f32(4, 12) }, 12), "overlaps another one"],
    ["a hole", file({ a: f32(0, 8), b: f32(12, 20) }, 20), "leaves a hole"],
  ])("are refused with %s, before anything but the header is read", async (_, bytes, message) => {
    const source = memory(bytes);
    await expect(readHeader(source)).rejects.toThrow(message);
    expect(source.asked).toBeLessThanOrEqual(bytes.length);
  });

  it("are not written with a header that readers refuse", () => {
    const metadata = { text: "x".repeat(100_000_000) };
    expect(() => encodeSafetensors({ tensors: {}, metadata })).toThrow("readers take 100000000");
  });
});
