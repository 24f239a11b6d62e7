import { describe, expect, it } from "vitest";
import { idx } from "../../../src/data/array/idx.ts";
import { failsWhereCut, keepsContract } from "../contract.ts";
import { goldens, rowsOf, samplesOf } from "./golden.ts";

const cases = goldens("idx");

describe("idx", () => {
  it.each(cases)("reads $name", async ({ bytes, ...expected }) => {
    expect(await samplesOf(await idx(bytes))).toEqual(rowsOf(expected));
  });

  it("gives labels as scalars, of the dtype that is asked for", async () => {
    const labels = await idx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 7, 255]), { dtype: "int32" });
    expect(await samplesOf(labels)).toEqual([
      { data: new Int32Array([7]), shape: [], dtype: "int32" },
      { data: new Int32Array([255]), shape: [], dtype: "int32" },
    ]);
  });

  it("fails wherever a file is cut", async () => {
    for (const { bytes } of cases.slice(0, 4)) await failsWhereCut(bytes, (cut) => idx(cut));
  });

  it("refuses what is none, and what is compressed", async () => {
    await expect(idx(new Uint8Array([0, 0, 10, 1, 0, 0, 0, 0]))).rejects.toThrow(/It is no IDX file/);
    await expect(idx(new TextEncoder().encode("label,pixel\n"))).rejects.toThrow(/It is no IDX file/);
    await expect(idx(new Uint8Array([0x1f, 0x8b, 8, 0]))).rejects.toThrow(/gzip.*gunzip/);
    await expect(idx(new Uint8Array([0, 0, 8, 0, 5]))).rejects.toThrow(/one number and no rows/);
  });
});

const kept = cases.filter(({ name }) => name === "i2 (2, 3, 2)");
keepsContract({
  name: "idx",
  open: idx,
  files: [kept[0]!.bytes, kept[0]!.bytes],
  samples: [...kept, ...kept].flatMap(rowsOf),
});
