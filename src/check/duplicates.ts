/**
 * Samples that are there twice, and samples of one set in another.
 *
 * A sample is known by the bytes of its inputs. Only what does not repeat by chance counts: images, sound, long series and
 * texts; short rows, as of a table, may well be the same. One that is augmented is another sample.
 */
import { hashText, hashWord } from "../core/hash.ts";
import { type BatchCheck, countOf, type Finding, showPath } from "./finding.ts";
import { type BatchLeaf, leafNumbers } from "./leaves.ts";

/** Where a sample is. */
interface SamplePlace {
  readonly index: number;
  readonly row: number;
}

/** Samples by what they hold. */
export type SampleIndex = Map<number, SamplePlace>;

/** Rows of fewer numbers, and texts of fewer letters, repeat by chance. */
const least = { numbers: 64, letters: 80 };

/** Finds samples that are there twice; notes all of them in `known`. */
export function duplicateCheck(known: SampleIndex = new Map()): BatchCheck {
  return knownAgain(known, { notes: true }, ({ path, one, other, found, batches, samples }) => ({
    check: "duplicates",
    severity: "warning",
    path,
    index: other.index,
    element: [other.row],
    message: `sample ${other.row} of batch ${other.index} is sample ${one.row} of batch ${one.index} again; ${found} of ${countOf(samples, "sample")} are there before, in ${countOf(batches, "batch", "batches")}`,
    cure: "Count the bounds of slices again, or take the file out of the list.",
  }));
}

/** Finds samples that are in `known`, which another set left. */
export function overlapCheck(known: SampleIndex, against: string): BatchCheck {
  return knownAgain(known, { notes: false }, ({ path, one, other, found, samples }) => ({
    check: "overlap",
    severity: "error",
    path,
    index: other.index,
    element: [other.row],
    message: `sample ${other.row} of batch ${other.index} of ${against} is sample ${one.row} of batch ${one.index} here; ${found} of ${countOf(samples, "sample")} of ${against} are in both (${showPath(path)})`,
    cure: "Split the list once, by a seed, before anything is loaded: what is tested with must not be trained with.",
  }));
}

/** A sample that was known before: where it is and was; and of how many samples how many were, in how many batches. */
interface KnownAgain {
  readonly path: string;
  readonly one: SamplePlace;
  readonly other: SamplePlace;
  readonly found: number;
  readonly batches: number;
  readonly samples: number;
}

/** Finds samples that are in `known`, and says so of the first; notes those that are not, where it is to. */
function knownAgain(
  known: SampleIndex,
  { notes }: { readonly notes: boolean },
  say: (again: KnownAgain) => Finding,
): BatchCheck {
  let samples = 0;
  let found = 0;
  const batches = new Set<number>();
  let first: Pick<KnownAgain, "path" | "one" | "other"> | undefined;
  return {
    see({ index, leaves }) {
      const leaf = sampleLeaf(leaves);
      if (leaf === undefined) return;
      for (const [row, name] of namesOf(leaf).entries()) {
        samples++;
        const one = name === undefined ? undefined : known.get(name);
        if (one !== undefined) {
          found++;
          batches.add(index);
          first ??= { path: leaf.path, one, other: { index, row } };
        } else if (notes && name !== undefined) known.set(name, { index, row });
      }
    },
    findings: () => (first === undefined ? [] : [say({ ...first, found, batches: batches.size, samples })]),
  };
}

/** The leaf by which samples are known: the first input that does not repeat by chance. */
function sampleLeaf(leaves: readonly BatchLeaf[]): BatchLeaf | undefined {
  return leaves.find((leaf) => {
    const { path, role, shape } = leaf;
    if (/^\[[12]\]/.test(path) || shape.length === 0) return false;
    if (role === "text") return true;
    const width = shape.slice(1).reduce((size, axis) => size * axis, 1);
    return (
      (role === "image" || role === "audio" || role === "series" || role === "vector") &&
      width >= least.numbers
    );
  });
}

/** A name for each sample, of 52 bits; undefined for those that repeat by chance. */
function namesOf(leaf: BatchLeaf): (number | undefined)[] {
  const { data, shape } = leaf;
  const rows = shape[0]!;
  if (leaf.role === "text")
    return Array.from(data as readonly unknown[], (text) => {
      const letters = String(text);
      return letters.length < least.letters ? undefined : join(hashText(letters, 1), hashText(letters, 2));
    });
  const numbers = leafNumbers(leaf);
  if (numbers === undefined || !ArrayBuffer.isView(numbers)) return [];
  const width = numbers.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const values = numbers.subarray(row * width, (row + 1) * width);
    return isPlain(values) ? undefined : nameOfRow(values);
  });
}

/** Whether a row hardly has values: a black picture, or padding after a few words. */
function isPlain(values: ArrayLike<number | bigint>): boolean {
  const seen = new Set<number | bigint>();
  const step = Math.max(1, Math.floor(values.length / 512));
  for (let i = 0; i < values.length; i += step) {
    seen.add(values[i]!);
    if (seen.size >= 12) return false;
  }
  return true;
}

function nameOfRow(values: ArrayBufferView): number {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let one = bytes.length;
  let other = ~bytes.length;
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    one = hashWord(one, word);
    one ^= one >>> 15;
    other = Math.imul(other ^ word, 0x85ebca6b);
    other ^= other >>> 13;
  }
  for (let i = words.length * 4; i < bytes.length; i++) one = hashWord(one, bytes[i]!);
  return join(one, other);
}

function join(one: number, other: number): number {
  return (one >>> 0) * 2 ** 20 + (other >>> 12);
}
