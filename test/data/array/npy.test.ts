import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { npy } from "../../../src/data/array/npy.ts";
import { writeNpyHeader } from "../../../src/data/array/npy-header.ts";
import { csv } from "../../../src/data/text/csv.ts";
import { createContext } from "../../../src/sequence/context.ts";
import { bytesPerElement, type DType, dtypes, viewOf } from "../../../src/tensor/dtype.ts";
import { sizeOf, type Tensor, tensor } from "../../../src/tensor/tensor.ts";
import { failsWhereCut, keepsContract } from "../contract.ts";
import { goldens, rowsOf, samplesOf, whole } from "./golden.ts";

const cases = goldens("npy");

/** A file of any numbers, with its bytes. */
function fileOf(dtype: DType, shape: readonly number[], data: readonly (number | bigint)[]): Uint8Array {
  const numbers = viewOf(dtype, new ArrayBuffer(sizeOf(shape) * bytesPerElement(dtype)));
  for (let i = 0; i < data.length; i++) numbers[i] = data[i] as never;
  return joined(writeNpyHeader({ dtype, shape }), new Uint8Array(numbers.buffer));
}
const contextOf = (index: number) => createContext({ epoch: 0, index, seed: 0 });
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

describe("npy, of what numpy wrote,", () => {
  it.each(cases)("reads $name", async ({ bytes, ...expected }) => {
    const reader = await npy(bytes);
    expect(await samplesOf(reader)).toEqual(rowsOf(expected));
  });

  it.each(goldens<{ says: string }>("npy-refused"))("refuses $name", async ({ bytes, says }) => {
    await expect(npy(bytes)).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringContaining(says),
    });
  });

  it("fails wherever a file is cut, and where more follows", async () => {
    await failsWhereCut(cases.find(({ name }) => name === "<f4")!.bytes, (bytes) => npy(bytes));
    await expect(npy(joined(cases[0]!.bytes, new Uint8Array(1)))).rejects.toThrow(
      /\[3, 2\] numbers of bool are 6 bytes, but it has 7\. It is damaged/,
    );
  });
});

const contract = cases.filter(({ name }) => name === "<i4" || name === ">i4");
keepsContract({
  name: "npy",
  open: npy,
  files: contract.map(({ bytes }) => bytes),
  samples: contract.flatMap(rowsOf),
  ending: ".npy",
});

describe("npy", () => {
  it("gives the rows of any array of any files, each in memory of its own", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...dtypes),
        fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
        fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 4 }),
        async (dtype, row, counts) => {
          let next = 0;
          const files = counts.map((count) => {
            const values = Array.from({ length: count * sizeOf(row) }, () => next++ % 100);
            const numbers: readonly (number | bigint)[] = dtype.endsWith("int64")
              ? values.map(BigInt)
              : values;
            return { count, values: numbers };
          });
          const reader = await npy(files.map(({ count, values }) => fileOf(dtype, [count, ...row], values)));
          const samples = (await samplesOf(reader)) as Tensor[];
          const expected = files.flatMap(({ values }) => values);
          // Who changes one changes no other, and not the file.
          const again = samples.map((_, i) => reader.getItem(i, contextOf(i)) as Tensor);
          expect(again.flatMap(({ data }) => [...data])).toEqual(expected);
          for (const [i, { shape, data }] of samples.entries()) {
            expect(shape).toEqual(row);
            expect([...data]).toEqual(expected.slice(i * data.length, (i + 1) * data.length));
            data.fill((dtype.endsWith("int64") ? 0n : 0) as never);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("gives another dtype where that is asked for, as long as the numbers fit", async () => {
    const as = async (dtype: DType, from: DType, values: (number | bigint)[]) =>
      ((await samplesOf(await npy(fileOf(from, [1, values.length], values), { dtype }))) as Tensor[])[0]!;
    expect(await as("int32", "int64", [1n, -(2n ** 31n)])).toEqual(tensor([1, -(2 ** 31)], "int32"));
    expect(await as("int64", "uint8", [255])).toEqual(tensor([255n]));
    expect(await as("uint64", "int64", [5n])).toEqual(tensor([5n], "uint64"));
    expect(await as("float32", "float64", [0.1, Number.NaN, Infinity])).toEqual(
      tensor([0.1, Number.NaN, Infinity]),
    );
    expect(await as("float32", "bool", [0, 1])).toEqual(tensor([0, 1]));
    expect(await as("float64", "float32", [0.5])).toEqual(tensor([0.5], "float64"));

    await expect(as("int32", "int64", [1n, 2n ** 31n])).rejects.toThrow(/row 0: 2147483648n is no int32/);
    await expect(as("uint64", "int64", [-1n])).rejects.toThrow(/-1n is no uint64/);
    await expect(as("int8", "uint8", [128])).rejects.toThrow(/128 is no int8/);
    await expect(as("float32", "int32", [2 ** 24 + 1])).rejects.toThrow(/16777217 is no float32/);
    await expect(as("float64", "int64", [2n ** 53n])).rejects.toThrow(/is no float64/);
    await expect(as("float32", "float64", [1e39])).rejects.toThrow(/1e\+39 is no float32/);
    await expect(as("int32", "float32", [1])).rejects.toThrow(/float32 is not given as int32, as fractions/);
    await expect(as("float16", "float32", [1])).rejects.toThrow(/float32 is not given as float16\. Save it/);
    await expect(as("int32", "float16", [1])).rejects.toThrow(/float16 is not given as int32, as fractions/);
    await expect(as("bool", "uint8", [1])).rejects.toThrow(/astype\(np\.bool_\)/);
  });

  it("gives every float16 as the same number of a wider dtype", async () => {
    const bits = Array.from({ length: 2 ** 16 }, (_, i) => i);
    for (const dtype of ["float32", "float64"] as const) {
      const [row] = await samplesOf(await npy(fileOf("float16", [1, 2 ** 16], bits), { dtype }));
      const values = Array.from((row as Tensor).data, Number);
      expect([0x3c00, 0x0001, 0x0400, 0x3555, 0x7bff, 0xfc00, 0x8000].map((i) => values[i])).toEqual([
        1,
        2 ** -24,
        2 ** -14,
        0.333251953125,
        65504,
        Number.NEGATIVE_INFINITY,
        -0,
      ]);
      // What is rounded to float16 by another way has the bits that it came from.
      const finite = bits.filter((i) => Number.isFinite(values[i]));
      const text = `x\n${finite.map((i) => (Object.is(values[i], -0) ? "-0" : values[i])).join("\n")}\n`;
      const rows = await csv(new TextEncoder().encode(text), { columns: { x: "float16" } });
      expect(((await samplesOf(rows)) as { x: Tensor }[]).map(({ x }) => x.data[0])).toEqual(finite);
      expect(bits.filter((i) => Number.isNaN(values[i]))).toHaveLength(2 * 1023);
    }
  });

  it("refuses files of other rows than the first, wrong options, and what is compressed", async () => {
    const first = fileOf("int32", [2, 3], []);
    await expect(npy([first, fileOf("int32", [2, 4], [])])).rejects.toThrow(
      "The data: Its rows are int32 of shape [4], but those of the first file are int32 of shape [3]. Open them one by one.",
    );
    await expect(npy([first, fileOf("int16", [2, 3], [])])).rejects.toThrow(
      /Say which `dtype` all shall have/,
    );
    expect(await npy([first, fileOf("int16", [2, 3], [])], { dtype: "int32" })).toHaveLength(4);
    await expect(npy(first, { dtype: "float" as never })).rejects.toThrow(/`dtype` must be one of/);
    await expect(npy(first, { mmap: true } as never)).rejects.toThrow(/npy\(\) has no option `mmap`/);
    await expect(npy(new Uint8Array([0x1f, 0x8b, 8, 0]))).rejects.toThrow(/gunzip/);
    await expect(npy(new TextEncoder().encode("a,b\n1,2\n3,4\n"))).rejects.toThrow(/no \.npy file/);
  });

  it("reads a header of any length", async () => {
    const [{ bytes, ...expected }] = goldens("npy").slice(-1) as [(typeof cases)[number]];
    const { data, shape } = whole(expected);
    const dict = `{'descr': '<f8', ${" ".repeat(70_000)}'fortran_order': False, 'shape': (${shape},), }\n`;
    const head = new Uint8Array([...bytes.subarray(0, 6), 2, 0, 0, 0, 0, 0]);
    new DataView(head.buffer).setUint32(8, dict.length, true);
    const reader = await npy(joined(head, new TextEncoder().encode(dict), new Uint8Array(data.buffer)));
    expect(await samplesOf(reader)).toEqual(rowsOf(expected));
  });
});
