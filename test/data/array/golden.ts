/** Files that other tools wrote, with what is in them: scripts/golden/arrays.py. */
import { readFileSync } from "node:fs";
import type { Sequence } from "../../../src/sequence/sequence.ts";
import { bytesPerElement, type DType, viewOf } from "../../../src/tensor/dtype.ts";
import { sizeOf, type Tensor } from "../../../src/tensor/tensor.ts";

/** An array as the script wrote it down. */
export interface Expected {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The numbers as text. */
  readonly values: readonly string[];
}

/** The cases of one file of the script. */
export function goldens<T = Expected>(
  name: string,
): ({ readonly name: string; readonly bytes: Uint8Array } & T)[] {
  const url = new URL(`../../fixtures/data/${name}.json`, import.meta.url);
  const cases = JSON.parse(readFileSync(url, "utf8")) as ({ name: string; file: string } & T)[];
  return cases.map(({ file, ...rest }) => ({
    ...rest,
    bytes: new Uint8Array(Buffer.from(file, "base64")),
  })) as never;
}

/** The array as one tensor. */
export function whole({ dtype, shape, values }: Expected): Tensor {
  const special: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity };
  const data = viewOf(dtype, new ArrayBuffer(values.length * bytesPerElement(dtype)));
  for (const [i, text] of values.entries())
    data[i] = (dtype.endsWith("int64") ? BigInt(text) : (special[text] ?? Number(text))) as never;
  return { data, shape, dtype };
}

/** Its rows, each in memory of its own. */
export function rowsOf(expected: Expected): Tensor[] {
  const { data, shape, dtype } = whole(expected);
  const size = sizeOf(shape.slice(1));
  return Array.from({ length: shape[0]! }, (_, row) => ({
    data: data.slice(row * size, (row + 1) * size),
    shape: shape.slice(1),
    dtype,
  })) as Tensor[];
}

/** All samples of a reader. */
export async function samplesOf<S>(reader: Sequence<S>): Promise<unknown[]> {
  const samples: unknown[] = [];
  for (let i = 0; i < reader.length; i++) samples.push(await reader.at(i));
  return samples;
}
