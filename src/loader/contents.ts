/**
 * What a sequence holds, in short: which of its fields differ from what they were, told from a few characters.
 *
 * Pictured are the fields of the user's own sequences and datasets, down through all combinators, and samplers; what
 * combinators were made with is in the fingerprint. Of memory of more than 1 MB a sample counts. Left out is what holds
 * nothing yet (`undefined`, an empty Map) or cannot be pictured (an open file, a function), and what `getItem` itself
 * changed while it ran on this very instance: a cache is no other data.
 */
import { hashStart, hashText, hashWord, hashWords } from "../core/hash.ts";
import { isCombinator, originsOf } from "../sequence/combinator.ts";
import { identityOf } from "../sequence/identity.ts";
import { nameOf, type Sequence } from "../sequence/sequence.ts";
import { code } from "../worker/wire/snapshot/codes.ts";
import { type Snapshot, takeSnapshot } from "../worker/wire/snapshot/snapshot.ts";

/** One field, as it was at a moment. */
export interface Field {
  readonly owner: object;
  readonly name: string;
  readonly snapshot: Snapshot;
}

/**
 * The fields of `sequence` as they are now; those that are as in `before` are the same objects. Those that were not
 * there come last, so that a cache that appears changes no field's slot.
 */
export function fieldsOf(sequence: Sequence<unknown>, before: readonly Field[] = []): readonly Field[] {
  const known: Field[] = [];
  const added: Field[] = [];
  let count = 0;
  const add = (owner: object, name: string, value: unknown): void => {
    const isIt = (field?: Field): boolean => field?.owner === owner && field.name === name;
    const slot = isIt(before[count]) ? count : before.findIndex(isIt);
    const last = before[slot];
    count++;
    const snapshot = takeSnapshot(value, { to: "nobody", before: last?.snapshot });
    const field = last && snapshot === last.snapshot ? last : { owner, name, snapshot };
    if (last) known[slot] = field;
    else added.push(field);
  };
  for (const sampler of samplersOf(sequence)) add(sampler, "sampler", sampler);
  for (const origin of originsOf(sequence)) {
    const { getState } = origin as { getState?: unknown };
    if (typeof getState === "function") add(origin, "getState()", origin);
    else
      for (const [name, value] of Object.entries(identityOf(origin)))
        if (typeof value !== "function") add(origin, name, value);
  }
  // Without the slots of those that are gone.
  const fields = [...known.filter(() => true), ...added];
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

/** Fields of an object that `getItem` changes where it runs on the caller's own instance. */
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
    const names = changing.get(field.owner) ?? new Set();
    changing.set(field.owner, names.add(field.name));
  }
}

const isChanging = ({ owner, name }: Field): boolean => changing.get(owner)?.has(name) ?? false;

/** Groups that marks tell apart: the first fields each, and all others together. */
const groups = 3;

/** Characters of a group, of 6 bits each. */
const width = 3;

/** Characters of a set of fields, of 6 bits each: one for each slot, the last for all slots beyond. */
const setWidth = 4;

const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.";

/**
 * Which of `fields` say nothing, as `getItem` changes them: their slots, in four characters. Where a state is gone on
 * from, `getItem` has not run yet, and nobody could know.
 */
export function slotsLeftOut(fields: readonly Field[]): string {
  const bits = fields.map((field, slot) => (isChanging(field) ? bitOf(slot) : 0));
  return encode(
    bits.reduce((set, bit) => set | bit, 0),
    setWidth,
  );
}

/** What `fields` hold, but for those `left` out, as nine characters. */
export function marksOf(fields: readonly Field[], left: string): string {
  return groupsOf(fields, left).map(mark).join("");
}

/** What `fields` hold, but for those `left` out, as two characters. */
export function markOf(fields: readonly Field[], left: string): string {
  return mark(telling(fields, left)).slice(1);
}

/** Names of the fields that hold something else than `marks` says; undefined where none does. */
export function differingFields(fields: readonly Field[], marks: string, left: string): string | undefined {
  const names = groupsOf(fields, left).flatMap((group, i) => {
    // Changed by getItem since, so that nobody knows.
    if (group.some(isChanging) || mark(group) === marks.slice(i * width, (i + 1) * width)) return [];
    const all = group.map(({ owner, name }) => `\`${name}\` of ${nameOf(owner)}`);
    return [all.length === 0 ? "a field that is not here" : all.join(" or ")];
  });
  return names.length === 0 ? undefined : names.join(", ");
}

/** The fields that hold something which is not left out. */
function telling(fields: readonly Field[], left: string): readonly Field[] {
  const set = decode(left);
  return fields.filter((field, slot) => (bitOf(slot) & set) === 0 && holdsSomething(field.snapshot));
}

function groupsOf(fields: readonly Field[], left: string): readonly (readonly Field[])[] {
  const told = telling(fields, left);
  return Array.from({ length: groups }, (_, i) =>
    i < groups - 1 ? told.slice(i, i + 1) : told.slice(groups - 1),
  );
}

/** The order counts: sources hold the same, or each what the other held. */
function mark(fields: readonly Field[]): string {
  let sum = hashStart;
  for (const field of fields) sum = hashWord(sum, hashOf(field)) ^ (sum >>> 15);
  return encode(sum ^ (sum >>> 14), width);
}

function bitOf(slot: number): number {
  return 1 << Math.min(slot, 6 * setWidth - 1);
}

function encode(number: number, width: number): string {
  return Array.from({ length: width }, (_, i) => digits[(number >>> (6 * i)) & 63]).join("");
}

function decode(text: string): number {
  return Array.from(text).reduce((number, digit, i) => number | (digits.indexOf(digit) << (6 * i)), 0);
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
    hash = hashSnapshot(field.snapshot, hashText(field.name, hashStart));
    hashes.set(field, hash);
  }
  return hash;
}

function hashSnapshot({ codes, leaves }: Snapshot, seed: number): number {
  let hash = hashWords(codes, seed);
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
