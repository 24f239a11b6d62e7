/**
 * Named tensors and some text in one file: the safetensors format, which Python reads too.
 *
 * Source: github.com/huggingface/safetensors (README, "Format"): 8 bytes little-endian length of a JSON header, the
 * header, then the tensors' bytes one after the other. Offsets count from the end of the header.
 */
import { StateError } from "../core/errors.ts";
import { type DType, viewOf } from "../tensor/dtype.ts";
import { sizeOf, type Tensor } from "../tensor/tensor.ts";

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

/** What a file holds. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The parts of the file's bytes, in their order. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): readonly Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { data, shape, dtype }] of Object.entries(tensors)) {
    header[name] = { dtype: names[dtype], shape, data_offsets: [offset, offset + data.byteLength] };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  const bytes = new TextEncoder().encode(text);
  // Spaces at the end make the tensors start at a multiple of 8.
  const length = Math.ceil(bytes.length / 8) * 8;
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(bytes, 8);
  return [head, ...parts];
}

/** Length in bytes of the header that a file's first 8 bytes announce. */
export function headerLength(start: Uint8Array): number {
  return Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
}

/** The text in a header, given as its bytes. */
export function decodeMetadata(header: Uint8Array): Readonly<Record<string, string>> {
  const parsed = JSON.parse(new TextDecoder().decode(header)) as {
    readonly __metadata__?: Record<string, string>;
  };
  return parsed.__metadata__ ?? {};
}

/**
 * What the bytes of a file hold. Tensors are copies.
 *
 * @throws StateError if they are no complete safetensors file.
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  try {
    const start = 8 + headerLength(bytes);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))) as Record<string, unknown>;
    const { __metadata__: metadata = {}, ...entries } = header;
    const tensors: Record<string, Tensor> = {};
    for (const [name, entry] of Object.entries(entries))
      tensors[name] = decodeTensor(bytes, start, entry as Entry);
    return { tensors, metadata: metadata as Record<string, string> };
  } catch (cause) {
    throw new StateError("It is no complete safetensors file.", { cause });
  }
}

function decodeTensor(
  bytes: Uint8Array,
  start: number,
  { dtype: code, shape, data_offsets: [from, to] }: Entry,
): Tensor {
  const dtype = (Object.keys(names) as DType[]).find((name) => names[name] === code);
  // A copy, also of a Buffer, whose own `slice` is a view.
  const part = new Uint8Array(bytes.subarray(start + from, start + to));
  const data = viewOf(dtype!, part.buffer);
  if (data.length !== sizeOf(shape))
    throw new RangeError(`${data.length} elements do not fill [${shape.join(", ")}]`);
  return { data, shape, dtype: dtype! } as Tensor;
}
