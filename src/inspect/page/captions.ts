/** What stands below a picture: all that a sample is besides it, in a few words. */
import type { BatchLook, LeafView, PageHello, SampleView } from "../protocol.ts";
import { className, digits } from "./words.ts";

/** Longest text, and most numbers of a vector, that are put into a caption. */
const longest = 40;
const mostNumbers = 4;

/** The caption of sample `i`. */
export function captionOf(batch: BatchLook, i: number, hello: PageHello | undefined): string {
  // A caption may be cut off: the class comes first.
  const isClass = ({ role }: LeafView): number => Number(role === "classes" || role === "oneHot");
  return batch.leaves
    .toSorted((a, b) => isClass(b) - isClass(a))
    .flatMap((leaf) => wordsOf(leaf, leaf.samples[i], hello) ?? [])
    .join(", ");
}

/** What a caption has of a sample of a leaf; undefined for nothing. */
export function wordsOf(
  { role }: LeafView,
  sample: SampleView | undefined,
  hello: PageHello | undefined,
): string | undefined {
  if (!sample || sample.kind === "pixels") return undefined;
  if (sample.kind === "text")
    return sample.text.length > longest ? `${sample.text.slice(0, longest)}…` : sample.text;
  const { values } = sample;
  switch (role) {
    case "oneHot":
      // Of many classes the number was sent.
      return className(values.length === 1 ? (values[0] ?? Number.NaN) : largest(values), hello?.classes);
    case "classes":
      return values.map((value) => className(value ?? Number.NaN, hello?.classes)).join(" ");
    case "number":
      return values.map(numberSent).join(" ");
    case "vector":
      return values.length <= mostNumbers ? values.map(numberSent).join(" ") : undefined;
    default:
      return undefined;
  }
}

function largest(values: readonly (number | null)[]): number {
  return values.indexOf(Math.max(...values.map((value) => value ?? Number.NEGATIVE_INFINITY)));
}

/** A number that was sent; one that is not finite was not. */
export function numberSent(value: number | null): string {
  return value === null ? "not finite" : digits(value);
}
