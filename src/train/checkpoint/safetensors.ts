/**
 * Named tensors and some text in one file: the safetensors format, which Python reads too.
 *
 * Source: github.com/huggingface/safetensors (README, "Format"): 8 bytes little-endian length of a JSON header, the
 * header, then the tensors' bytes one after the other, without holes. Offsets count from the end of the header.
 * Invariant: a header is believed only where the file has the bytes it tells of; nothing is allocated before.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { show } from "../../core/check.ts";
import { StateError } from "../../core/errors.ts";
import { yieldIfDue } from "../../core/event-loop.ts";
import { bytesPerElement, type DType, viewOf } from "../../tensor/dtype.ts";
import { showShape, sizeOf, type Tensor } from "../../tensor/tensor.ts";
import { isRecord } from "./json.ts";

const names: { readonly [D in DType]: string } = {
  bool: "BOOL",
  uint8: "U8",
  int8: "I8",
  uint16: "U16",
  int16: "I16",
  float16: "F16",
  uint32: "U32",
  int32: "I32",
  float32: "F32",
  float64: "F64",
  int64: "I64",
  uint64: "U64",
};

/** Bytes that a header may have: the limit of the format's own reader. */
const longestHeader = 100_000_000;

/** What a file holds. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Where a tensor lies. */
interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Offset of its first byte in the file, and its bytes. */
  readonly offset: number;
  readonly length: number;
}

/** What a file says it holds, and has the bytes for. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: readonly Entry[];
}

/**
 * The parts of the file's bytes, in their order.
 *
 * @throws StateError if names and text take more than readers of the format allow.
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): readonly Uint8Array[] {
  const entries: [name: string, entry: unknown][] = [["__metadata__", metadata]];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { data, shape, dtype }] of Object.entries(tensors)) {
    entries.push([name, { dtype: names[dtype], shape, data_offsets: [offset, offset + data.byteLength] }]);
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  // Spaces at the end make the tensors start at a multiple of 8.
  const length = Math.ceil(bytes.length / 8) * 8;
  if (length > longestHeader) {
    throw new StateError(
      `The names and the text of a safetensors file take ${length} bytes, and readers take ${longestHeader}. Large data belong in tensors or typed arrays.`,
    );
  }
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(bytes, 8);
  return [head, ...parts];
}

/**
 * Reads the header, and holds all that it says against the size of the file.
 *
 * @throws StateError if it is no whole safetensors file.
 */
export async function readHeader(source: Bytes): Promise<SafetensorsHeader> {
  const { byteLength: size } = source;
  if (size < 8) throw new StateError(`It has ${size} bytes, so it is no safetensors file.`);
  const start = new DataView(new ArrayBuffer(8));
  await source.readInto(new Uint8Array(start.buffer), 0);
  const announced = start.getBigUint64(0, true);
  if (announced > BigInt(Math.min(size - 8, longestHeader))) {
    throw new StateError(
      `It is cut off, or no safetensors file: it announces a header of ${announced} bytes and has ${size} in all.`,
    );
  }
  const length = Number(announced);
  const { __metadata__: metadata = {}, ...rest } = parseHeader(await source.slice(8, 8 + length));
  if (!isRecord(metadata) || Object.values(metadata).some((text) => typeof text !== "string")) {
    throw new StateError("The text in its header is no record of strings.");
  }
  const entries = Object.entries(rest).map(([name, entry]) => checkEntry(name, entry, 8 + length));
  checkFill(entries, 8 + length, size);
  return { metadata: metadata as Record<string, string>, entries };
}

/** Reads the tensors of a header that {@link readHeader} has read, each into memory of its own. */
export async function readTensors(
  source: Bytes,
  { entries }: SafetensorsHeader,
): Promise<Readonly<Record<string, Tensor>>> {
  const tensors: [name: string, tensor: Tensor][] = [];
  for (const { name, dtype, shape, offset, length } of entries) {
    await yieldIfDue();
    const buffer = new ArrayBuffer(length);
    await source.readInto(new Uint8Array(buffer), offset);
    tensors.push([name, { data: viewOf(dtype, buffer), shape, dtype } as Tensor]);
  }
  return Object.fromEntries(tensors);
}

function parseHeader(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isRecord(header)) return header;
  } catch (cause) {
    throw new StateError("Its header is no JSON, so it is no safetensors file.", { cause });
  }
  throw new StateError("Its header is no record, so it is no safetensors file.");
}

function checkEntry(name: string, entry: unknown, start: number): Entry {
  const { dtype: code, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const dtype = (Object.keys(names) as DType[]).find((known) => names[known] === code);
  if (dtype === undefined) throw new StateError(`Its tensor ${show(name)} has the dtype ${show(code)}.`);
  if (!isWholeNumbers(shape)) throw new StateError(`Its tensor ${show(name)} has no shape.`);
  const [from, to] = isWholeNumbers(offsets) ? offsets : [];
  const length = sizeOf(shape) * bytesPerElement(dtype);
  if (from === undefined || to === undefined || to - from !== length) {
    throw new StateError(
      `Its tensor ${show(name)} of shape ${showShape(shape)} needs ${length} bytes, and is said to lie from ${show(from)} to ${show(to)}.`,
    );
  }
  return { name, dtype, shape, offset: start + from, length };
}

/** Checks that the tensors lie one after the other and fill the file, as the format wants it. */
function checkFill(entries: readonly Entry[], start: number, size: number): void {
  let end = start;
  for (const { name, offset, length } of [...entries].sort(
    (a, b) => a.offset - b.offset || a.length - b.length,
  )) {
    if (offset !== end) {
      throw new StateError(`Its tensor ${show(name)} overlaps another one, or leaves a hole before it.`);
    }
    end += length;
  }
  if (end === size) return;
  throw new StateError(
    end > size
      ? `It is cut off: its tensors need ${end} bytes, it has ${size}.`
      : `It has ${size - end} bytes more than its tensors need.`,
  );
}

function isWholeNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
