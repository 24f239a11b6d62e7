/** What indexes of several files hold, one behind the other: one array is what a reader travels with, however many files there are. */
import type { TypedArray } from "../tensor/dtype.ts";
import { type ArrayType, shared } from "./memory.ts";
import type { Strings } from "./strings.ts";

/** Arrays as one, in memory that threads share; of one array that itself. */
export function joinArrays<A extends TypedArray>(arrays: readonly A[]): A {
  if (arrays.length === 1) return arrays[0]!;
  const all = shared(
    arrays[0]!.constructor as ArrayType<A>,
    arrays.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const array of arrays) {
    all.set(array as never, at);
    at += array.length;
  }
  return all;
}

/** As {@link joinArrays}, of texts. */
export function joinStrings(all: readonly Strings[]): Strings {
  if (all.length === 1) return all[0]!;
  const starts = shared(Float64Array, all.reduce((sum, each) => sum + each.starts.length - 1, 0) + 1);
  let [at, text] = [0, 0];
  for (const each of all) {
    for (let i = 0; i < each.starts.length - 1; i++) starts[at++] = each.starts[i]! + text;
    text += each.bytes.length;
  }
  starts[at] = text;
  return { bytes: joinArrays(all.map(({ bytes }) => bytes)), starts };
}
