import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RecordFields, records } from "../../../src/data/array/records.ts";
import { bytesPerElement, type DType, dtypes } from "../../../src/tensor/dtype.ts";
import { sizeOf, tensor } from "../../../src/tensor/tensor.ts";
import { failsWhereCut, keepsContract } from "../contract.ts";
import { samplesOf } from "./golden.ts";

const cifar = { label: ["uint8"], image: ["uint8", 1, 2, 2] } as const;
const one = (label: number, ...image: number[]) => ({
  label: tensor(label, "uint8"),
  image: tensor(new Uint8Array(image), { shape: [1, 2, 2] }),
});
const file = new Uint8Array([7, 1, 2, 3, 4, 9, 5, 6, 7, 8]);

keepsContract({
  name: "records",
  open: (files) => records(files, cifar),
  files: [file, file.slice(5)],
  samples: [one(7, 1, 2, 3, 4), one(9, 5, 6, 7, 8), one(9, 5, 6, 7, 8)],
});

/** Writes numbers one by one, as the format has them. */
function written(
  fields: RecordFields,
  rows: readonly (readonly number[][])[],
  little: boolean,
  header: number,
) {
  const bytes: number[] = Array.from({ length: header }, () => 0xff);
  const view = new DataView(new ArrayBuffer(8));
  const write: Readonly<Record<DType, (value: number) => void>> = {
    bool: (value) => view.setUint8(0, value),
    uint8: (value) => view.setUint8(0, value),
    int8: (value) => view.setInt8(0, value),
    uint16: (value) => view.setUint16(0, value, little),
    int16: (value) => view.setInt16(0, value, little),
    float16: (value) => view.setUint16(0, value, little),
    uint32: (value) => view.setUint32(0, value, little),
    int32: (value) => view.setInt32(0, value, little),
    float32: (value) => view.setFloat32(0, value, little),
    float64: (value) => view.setFloat64(0, value, little),
    int64: (value) => view.setBigInt64(0, BigInt(value), little),
    uint64: (value) => view.setBigUint64(0, BigInt(value), little),
  };
  for (const row of rows) {
    for (const [i, [dtype]] of Object.values(fields).entries()) {
      for (const value of row[i]!) {
        write[dtype](value);
        for (let byte = 0; byte < bytesPerElement(dtype); byte++) bytes.push(view.getUint8(byte));
      }
    }
  }
  return new Uint8Array(bytes);
}

describe("records", () => {
  it("reads fields of any dtype and shape at any offset, in either byte order, behind any header", async () => {
    const field = fc.tuple(
      fc.constantFrom(...dtypes),
      fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(field, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.nat({ max: 9 }),
        async (parts, count, little, header) => {
          const fields: RecordFields = Object.fromEntries(
            parts.map(([dtype, shape], i) => [`f${i}`, [dtype, ...shape]]),
          );
          let next = 0;
          const rows = Array.from({ length: count }, () =>
            parts.map(([, shape]) => Array.from({ length: sizeOf(shape) }, () => next++ % 120)),
          );
          const reader = await records(written(fields, rows, little, header), fields, {
            header,
            endian: little ? "little" : "big",
          });
          const read = (await samplesOf(reader)) as Record<string, ReturnType<typeof tensor>>[];
          expect(
            read.map((sample) => Object.values(sample).map(({ data }) => Array.from(data, Number))),
          ).toEqual(rows);
          expect(Object.values(read[0]!).map(({ dtype, shape }) => [dtype, shape])).toEqual(parts);
        },
      ),
    );
  });

  it("fails wherever a file of one row is cut, and says what is left", async () => {
    await failsWhereCut(file.slice(0, 5), (bytes) => records(bytes, cifar));
    await expect(records(file, cifar, { header: 1 })).rejects.toMatchObject({
      name: "DataError",
      offset: 6,
      message: expect.stringMatching(
        /Its 9 bytes behind its header of 1 are no whole number of rows of 5: 4 are left/,
      ),
    });
    await expect(records(new Uint8Array([0x1f, 0x8b, 8, 0]), cifar)).rejects.toThrow(/gunzip/);
    await expect(records(new Uint8Array(0), cifar)).rejects.toThrow(/It has no rows/);
  });

  it("refuses fields and options that are none", async () => {
    await expect(records(file, {})).rejects.toThrow(/needs the fields of a row/);
    await expect(records(file, { label: "uint8" } as never)).rejects.toThrow(
      /`label` must be a list of dtype and axes/,
    );
    await expect(records(file, { label: ["uint8"], 0: ["uint8", 4] })).rejects.toThrow(
      /cannot be called "0", as JavaScript lists numbers before other names.*Call it "x0"/,
    );
    await expect(records(file, JSON.parse('{"__proto__": ["uint8"]}'))).rejects.toThrow(/"__proto__"/);
    await expect(records(file, { label: ["u8"] } as never)).rejects.toThrow(/`dtype` must be one of/);
    await expect(records(file, { label: ["uint8", 0] })).rejects.toThrow(/an axis of label/);
    await expect(records(file, cifar, { endian: "native" } as never)).rejects.toThrow(/`endian` must be/);
    await expect(records(file, cifar, { dtype: "uint8" } as never)).rejects.toThrow(/no option `dtype`/);
  });
});
