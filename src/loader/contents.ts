/**
 * What a sequence holds, in short: which of its fields differ from what they were, told from a few characters.
 *
 * Pictured are the fields of the user's own sequences and datasets, down through all combinators, and samplers; what
 * combinators were made with is in the fingerprint. Of memory of more than 4 MB a sample counts. Left out is what holds
 * nothing yet (`undefined`, an empty Map) or cannot be pictured (an open file, a function), and what `getItem` itself
 * changed while it ran on this very instance: a cache is no other data.
 */
import { isCombinator, originsOf } from "../sequence/combinator.ts";
import { nameOf, type Sequence } from "../sequence/sequence.ts";
import { code } from "../worker/snapshot/codes.ts";
import { type Snapshot, takeSnapshot } from "../worker/snapshot/snapshot.ts";

/** One field, as it was at a moment. */
export interface Field {
  readonly owner: object;
  readonly name: string;
  readonly snapshot: Snapshot;
}

/**
 * The fields of `sequence` as they are now; those that are as in `before` are the same objects.
 */
export function fieldsOf(sequence: Sequence<unknown>, before: readonly Field[] = []): readonly Field[] {
  const fields: Field[] = [];
  const add = (owner: object, name: string, value: unknown): void => {
    const last = before[fields.length];
    const known = last?.owner === owner && last.name === name ? last : undefined;
    const snapshot = takeSnapshot(value, { to: "nobody", before: known?.snapshot });
    fields.push(known && snapshot === known.snapshot ? known : { owner, name, snapshot });
  };
  for (const sampler of samplersOf(sequence)) add(sampler, "sampler", sampler);
  for (const origin of originsOf(sequence)) {
    const { getState } = origin as { getState?: unknown };
    if (typeof getState === "function") add(origin, "getState()", origin);
    else
      for (const [name, value] of Object.entries(origin))
        if (typeof value !== "function") add(origin, name, value);
  }
  return fields.length === before.length && fields.every((field, i) => field === before[i]) ? before : fields;
}

/** The samplers of all `batches` in a combination. */
function samplersOf(node: object, found: Set<object> = new Set()): Set<object> {
  if (!isCombinator(node)) return found;
  const { sampler } = node as { readonly sampler?: object };
  if (sampler) found.add(sampler);
  for (const source of node.combines()) samplersOf(source, found);
  return found;
}

/** Fields that `getItem` changes where it runs on the caller's own instance, by class. */
const changing = new WeakMap<object, Set<string>>();

/**
 * Notes the fields that are not, at an epoch's end, what they were at its `begin`: those that `getItem` changed as it ran
 * on this very instance, or, where it has not, those that hold shared memory, as a worker writes there too.
 */
export function noteChanging(
  sequence: Sequence<unknown>,
  begin: readonly Field[],
  { inline }: { readonly inline: boolean },
): void {
  const isShared = ({ snapshot }: Field): boolean => snapshot.codes.includes(code.shared);
  if (!inline && !begin.some(isShared)) return;
  for (const field of fieldsOf(sequence, begin)) {
    if (begin.includes(field) || !(inline || isShared(field))) continue;
    const names = changing.get(field.owner.constructor) ?? new Set();
    changing.set(field.owner.constructor, names.add(field.name));
  }
}

const isChanging = ({ owner, name }: Field): boolean => changing.get(owner.constructor)?.has(name) ?? false;

/** Groups that {@link marksOf} tells apart: the first fields each, and all others together. */
const groups = 3;

/** Characters of a group. */
const width = 4;

/** Stands for a group that tells nothing. */
const unknown = "-".repeat(width);

/** What `fields` hold, as twelve characters. */
export function marksOf(fields: readonly Field[]): string {
  return groupsOf(fields)
    .map((group) => (group.length > 0 && group.every(isChanging) ? unknown : mark(group)))
    .join("");
}

/** What `fields` hold, as four characters. */
export function markOf(fields: readonly Field[]): string {
  return mark(fields);
}

/** Names of the fields that hold something else than `marks` says; undefined where none does. */
export function differingFields(fields: readonly Field[], marks: string): string | undefined {
  const present = marksOf(fields);
  const names = groupsOf(fields).flatMap((group, i) => {
    const [was, is] = [marks, present].map((text) => text.slice(i * width, (i + 1) * width));
    if (was === is || was === unknown || is === unknown) return [];
    const all = group.map(({ owner, name }) => `\`${name}\` of ${nameOf(owner)}`);
    return [all.length === 0 ? "a field that is not here" : all.join(" or ")];
  });
  return names.length === 0 ? undefined : names.join(", ");
}

function groupsOf(fields: readonly Field[]): readonly (readonly Field[])[] {
  return Array.from({ length: groups }, (_, i) =>
    i < groups - 1 ? fields.slice(i, i + 1) : fields.slice(groups - 1),
  );
}

function mark(fields: readonly Field[]): string {
  let sum = 0;
  for (const field of fields) {
    if (!isChanging(field) && holdsSomething(field.snapshot)) sum ^= hashOf(field);
  }
  return ((sum ^ (sum >>> 16)) & 0xffff).toString(16).padStart(width, "0");
}

/** Whether there is something in it that could differ. */
function holdsSomething({ codes, leaves }: Snapshot): boolean {
  if (codes[0] === code.leaf) return leaves[0] !== undefined && leaves[0] !== null;
  return codes[0] !== code.opaque && leaves.length > 0;
}

/** Hashes made so far: a list of 100,000 paths takes 6 ms. */
const hashes = new WeakMap<Field, number>();

function hashOf(field: Field): number {
  let hash = hashes.get(field);
  if (hash === undefined) {
    hash = hashSnapshot(field.snapshot, hashText(field.name, start));
    hashes.set(field, hash);
  }
  return hash;
}

const start = 0x811c9dc5;

/** Source: FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo, draft-eastlake-fnv), over characters and numbers. */
function hashSnapshot({ codes, leaves }: Snapshot, seed: number): number {
  let hash = seed;
  for (const number of codes) hash = Math.imul(hash ^ number, 0x01000193);
  for (const leaf of leaves) {
    hash = typeof leaf === "string" ? hashText(leaf, hash) : hashText(typeof leaf + showLeaf(leaf), hash);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  }
  return hash;
}

/** What is left of a thing that cannot be pictured is its class. */
function showLeaf(leaf: unknown): string {
  if (Object.is(leaf, -0)) return "-0";
  return typeof leaf === "object" || typeof leaf === "function" || typeof leaf === "symbol"
    ? ""
    : String(leaf);
}

function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ text.length, 0x01000193);
}

/**
 * Whether the class, or one that it extends, declares `#private` fields, which nobody outside can see. Told from its
 * source text, as there is no other way.
 */
export function hidesFields(sequence: Sequence<unknown>): boolean {
  for (const origin of originsOf(sequence)) {
    if (typeof (origin as { getState?: unknown }).getState === "function") continue;
    for (
      let type: unknown = origin.constructor;
      typeof type === "function";
      type = Object.getPrototypeOf(type)
    ) {
      const source = Function.prototype.toString.call(type);
      if (/^class\b/.test(source) && /[\s;{}]#[\w$]+\s*(?:=[^=>]|;)/.test(source)) return true;
    }
  }
  return false;
}
