/**
 * What stands before the numbers of a .npy file: a magic, a version, and a Python dict of dtype, order and shape.
 *
 * Limits: dtypes that tensors have, in both byte orders; objects, text, dates, complex numbers and records are refused
 * by name. Whoever fails throws an Error whose message says why; whoever asked says where.
 */
import { show } from "../../core/check.ts";
import { bytesPerElement, type DType } from "../../tensor/dtype.ts";

/** What a .npy file says of the numbers that follow. */
export interface NpyHeader {
  readonly dtype: DType;
  /** Length of each axis; `[]` for a scalar. */
  readonly shape: readonly number[];
  /** Whether numbers have their highest byte first. */
  readonly bigEndian: boolean;
  /** Whether the first axis runs fastest, as in Fortran. */
  readonly fortranOrder: boolean;
  /** Where the numbers begin: the length of the header. */
  readonly dataStart: number;
}

/** Bytes that are enough to tell how long a header is. */
export const npyPrefix = 12;

const magic: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** numpy's letters, without the byte order. */
const dtypeByCode: Readonly<Record<string, DType>> = {
  b1: "bool",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  f2: "float16",
  u4: "uint32",
  i4: "int32",
  f4: "float32",
  f8: "float64",
  i8: "int64",
  u8: "uint64",
};

/** What numpy's other letters stand for, and what to save instead. */
const refusedKinds: Readonly<Record<string, string>> = {
  O: "Python objects, which would have to be unpickled. Save numbers: x.astype(np.float32).",
  U: "text. Save it as lines or JSON, or as numbers: np.unique(x, return_inverse=True)[1].",
  S: "bytes of text. Save it as lines or JSON, or as numbers: np.unique(x, return_inverse=True)[1].",
  V: "records or raw bytes. Save each field in a file of its own, or its bytes: x.view(np.uint8).",
  c: "complex numbers. Save their parts: np.stack([x.real, x.imag], -1).",
  M: "dates. Save them as numbers: x.astype(np.int64).",
  m: "spans of time. Save them as numbers: x.astype(np.int64).",
  f: "floating-point numbers of a size that JavaScript lacks. Save x.astype(np.float64).",
};

/**
 * How long the header is that begins with `bytes`, at least {@link npyPrefix} of them.
 *
 * @throws Error if no .npy file begins so.
 */
export function npyHeaderLength(bytes: Uint8Array): number {
  if (bytes.length < npyPrefix || magic.some((byte, i) => bytes[i] !== byte))
    throw new Error("It is no .npy file: its first bytes are not those that numpy.save writes.");
  const version = bytes[6]!;
  if (version < 1 || version > 3)
    throw new Error(`It is a .npy file of version ${version}, and versions 1 to 3 are known.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, npyPrefix);
  return version === 1 ? 10 + view.getUint16(8, true) : npyPrefix + view.getUint32(8, true);
}

/**
 * The header that `bytes` begin with.
 *
 * @throws Error if it is none, is cut off, or is of numbers that no tensor holds.
 */
export function readNpyHeader(bytes: Uint8Array): NpyHeader {
  const dataStart = npyHeaderLength(bytes);
  if (bytes.length < dataStart)
    throw new Error(`Its header was cut off: it has ${bytes.length} bytes of ${dataStart}.`);
  const dict = new TextDecoder().decode(bytes.subarray(bytes[6] === 1 ? 10 : npyPrefix, dataStart));
  const descr = /['"]descr['"]\s*:\s*(?:'([^']*)'|"([^"]*)"|([[(]))/.exec(dict);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)\b/.exec(dict);
  if (!/^\s*\{.*\}\s*$/s.test(dict) || descr === null || order === null) throw damaged(dict);
  const code = descr[1] ?? descr[2];
  if (code === undefined) throw new Error(`It holds ${refusedKinds.V}`);
  const [, byteOrder, kind, size] = /^([<>|=]?)([a-zA-Z])(\d*)/.exec(code) ?? [];
  const dtype = code.includes("[") ? undefined : dtypeByCode[`${kind}${size}`];
  if (dtype === undefined)
    throw new Error(`It has the dtype ${show(code)}: ${refusedKinds[kind ?? ""] ?? "no tensor holds that."}`);
  return {
    dtype,
    shape: shapeIn(dict),
    bigEndian: byteOrder === ">" && bytesPerElement(dtype) > 1,
    fortranOrder: order[1] === "True",
    dataStart,
  };
}

/**
 * The header of a .npy file of numbers of `dtype`, lowest byte first, last axis fastest: the bytes that numpy.save
 * writes, which leave room for a longer first axis.
 */
export function writeNpyHeader({ dtype, shape }: Pick<NpyHeader, "dtype" | "shape">): Uint8Array {
  const code = Object.keys(dtypeByCode).find((each) => dtypeByCode[each] === dtype)!;
  const order = bytesPerElement(dtype) > 1 ? "<" : "|";
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const spare = shape.length === 0 ? 0 : Math.max(0, mostDigits - String(shape[0]).length);
  const dict = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${axes}), }${" ".repeat(spare)}`;
  const length = 10 + dict.length + 1;
  const padded = length + alignment - (length % alignment);
  const bytes = new Uint8Array(padded).fill(0x20);
  bytes.set(magic);
  bytes.set([1, 0], 6);
  new DataView(bytes.buffer).setUint16(8, padded - 10, true);
  bytes.set(new TextEncoder().encode(dict), 10);
  bytes[padded - 1] = 0x0a;
  return bytes;
}

/** Numbers begin at a multiple of it. */
const alignment = 64;

/** Digits of the longest axis that numpy leaves room for. */
const mostDigits = 21;

/** The axes; Python 2 wrote an `L` behind long ones. */
function shapeIn(dict: string): number[] {
  const found = /['"]shape['"]\s*:\s*\(((?:\s*\d+L?\s*,?)*)\s*\)/.exec(dict);
  if (found === null) throw damaged(dict);
  const shape = found[1]!.match(/\d+/g)?.map(Number) ?? [];
  if (shape.every(Number.isSafeInteger)) return shape;
  throw damaged(dict);
}

function damaged(dict: string): Error {
  return new Error(`Its header is damaged: ${show(dict.trim())} should say descr, fortran_order and shape.`);
}
