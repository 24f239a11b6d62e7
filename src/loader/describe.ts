/** A sequence in words, for the fingerprint of a state: what it is made of, not what it holds. */
import { hashWords, hexOf } from "../core/hash.ts";
import { isCombinator } from "../sequence/combinator.ts";
import { nameOf } from "../sequence/sequence.ts";

/**
 * A sequence in words: its class, and for our combinators what they were made with, down to the sources. A user's own
 * fields are left out, of a sampler too: hooks may change them. So are functions: a new name is no new order.
 */
export function describeSequence(node: object): string {
  const name = nameOf(node);
  if (!isCombinator(node)) return name;
  const { sampler, ...others } = node as { readonly sampler?: object };
  const parts = Object.entries(others).flatMap(([key, value]) => {
    if (isNumbers(value)) return [`${key}=#${hashOnce(value)}`];
    // What is off takes no room.
    if (value === true) return [key];
    return typeof value === "number" || typeof value === "string" ? [`${key}=${value}`] : [];
  });
  // First, as what does not fit is cut off.
  if (sampler !== undefined) parts.unshift(`sampler=${nameOf(sampler)}`);
  return `${name}(${[...parts, ...node.combines().map(describeSequence)].join(",")})`;
}

/** A list of whole numbers, as the proportions of `mix` or the indices of `select`. */
function isNumbers(value: unknown): value is ArrayLike<number> {
  return value instanceof Float64Array || (Array.isArray(value) && typeof value[0] === "number");
}

/** Hashes of lists at hand: a state may be asked for after each batch. The lists are combinators' own and never change. */
const hashes = new WeakMap<ArrayLike<number>, string>();

function hashOnce(list: ArrayLike<number>): string {
  let found = hashes.get(list);
  if (found === undefined) {
    found = hexOf(hashWords(list));
    hashes.set(list, found);
  }
  return found;
}
