import { expect, it } from "vitest";
import { tensor } from "../../src/tensor/tensor.ts";
import { digest } from "../../src/testing/digest.ts";

const values = (): unknown[] => [
  1,
  "1",
  true,
  null,
  undefined,
  1n,
  [1],
  { a: 1 },
  { a: 2 },
  new Map([["a", 1]]),
  new Map([["a", 2]]),
  new Set([1]),
  new Set([2]),
  /a/g,
  /b/g,
  new Date(0),
  new Date(1),
  new Error("a"),
  new TypeError("a"),
  new Error("b"),
  new ArrayBuffer(1),
  new ArrayBuffer(2),
  Uint8Array.of(1),
  Int8Array.of(1),
  Uint8Array.of(2),
  tensor(Float32Array.of(1, 2)),
  tensor(Float32Array.of(1, 2), { shape: [2, 1] }),
];

it("is the same for equal values, and another for each of the others", () => {
  const digests = values().map(digest);
  expect(values().map(digest)).toEqual(digests);
  expect(new Set(digests).size).toBe(digests.length);
});
