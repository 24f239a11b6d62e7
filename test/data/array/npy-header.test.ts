import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { npyHeaderLength, readNpyHeader, writeNpyHeader } from "../../../src/data/array/npy-header.ts";
import { dtypes } from "../../../src/tensor/dtype.ts";

/** A header as numpy writes it, of any dict. */
function header(dict: string, version = 1): Uint8Array {
  const text = new TextEncoder().encode(dict);
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + text.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(text, start);
  return bytes;
}
const of = (descr: string, shape = "(3, 4)") =>
  header(`{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`);

describe("the header of a .npy file", () => {
  it("comes back as it was written, whatever its dtype and shape, and has numbers begin at a multiple of 64", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...dtypes),
        fc.array(fc.nat({ max: 2 ** 40 }), { maxLength: 8 }),
        (dtype, shape) => {
          const bytes = writeNpyHeader({ dtype, shape });
          expect(bytes.length % 64).toBe(0);
          expect(npyHeaderLength(bytes)).toBe(bytes.length);
          expect(readNpyHeader(bytes)).toEqual({
            dtype,
            shape,
            bigEndian: false,
            fortranOrder: false,
            dataStart: bytes.length,
          });
        },
      ),
    );
  });

  it("is read whatever the order of its keys, their quotes, and Python's version", () => {
    const dict = `{"shape": (2L, 3L), "fortran_order": True, "descr": ">i8"}`;
    for (const version of [1, 2, 3])
      expect(readNpyHeader(header(dict, version))).toMatchObject({
        dtype: "int64",
        shape: [2, 3],
        bigEndian: true,
        fortranOrder: true,
      });
    expect(readNpyHeader(of("'>u1'"))).toMatchObject({ dtype: "uint8", bigEndian: false });
    expect(readNpyHeader(of("'|b1'", "()"))).toMatchObject({ dtype: "bool", shape: [] });
    expect(readNpyHeader(of("'<f2'", "(7,)"))).toMatchObject({ dtype: "float16", shape: [7] });
  });

  it.each([
    ["'|O'", /dtype "\|O": Python objects.*astype/],
    ["'<U5'", /dtype "<U5": text/],
    ["'|S5'", /dtype "\|S5": bytes of text/],
    ["'|V2'", /dtype "\|V2": records or raw bytes/],
    ["[('x', '<f4'), ('y', '<i4')]", /It holds records/],
    ["'<c8'", /complex numbers/],
    ["'<M8[ns]'", /dates/],
    ["'<m8[s]'", /spans of time/],
    ["'<f16'", /float64/],
    ["'<i3'", /no tensor holds that/],
  ])("refuses %s by name", (descr, message) => {
    expect(() => readNpyHeader(of(descr))).toThrow(message);
  });

  it("says so where it is none, is damaged, or of a later version", () => {
    expect(() => readNpyHeader(new TextEncoder().encode("a,b,c\n1,2,3\n4,5,6"))).toThrow(
      /It is no \.npy file/,
    );
    expect(() => readNpyHeader(header("{'descr': '<f4', 'fortran_order': False}"))).toThrow(/damaged/);
    expect(() => readNpyHeader(of("'<f4'", "(3, -4)"))).toThrow(/damaged/);
    expect(() => readNpyHeader(of("'<f4'", "(99999999999999999999,)"))).toThrow(/damaged/);
    expect(() => readNpyHeader(header("'descr': '<f4', 'fortran_order': False, 'shape': (1,)"))).toThrow(
      /damaged/,
    );
    expect(() => readNpyHeader(header("{}", 4))).toThrow(/version 4/);
    const whole = writeNpyHeader({ dtype: "float32", shape: [3] });
    for (let length = 0; length < whole.length; length++)
      expect(() => readNpyHeader(whole.slice(0, length))).toThrow(/no \.npy file|cut off/);
  });
});
