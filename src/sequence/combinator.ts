/**
 * What all combinators share: a sequence made of other sequences.
 *
 * Laws that every combinator keeps, and that its tests check:
 *
 * - it changes no batch: what it passes on equals what the source gives alone, under the same seed, epoch and index;
 * - its length is derived from its sources' each time, as their hooks may change it;
 * - the hooks of each source run exactly once an epoch, in the order of the sources, however often a source appears,
 *   each with a generator of its own that begins anew: sources that shuffle stay in step;
 * - its own fields are all there is of it, so that it travels to workers as any class does.
 */
import { contextChunk } from "#sequence/context";
import { show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import type { HookContext } from "./context.ts";
import { type BatchOf, isSequence, Sequence, whyEmpty } from "./sequence.ts";

/** Whatever may have hooks: a sequence, or a dataset of samples. */
export interface Hooked {
  /** As {@link Sequence.onEpochBegin}: once an epoch, before anything of it is fetched. */
  onEpochBegin?(epoch: number, context: HookContext): void | Promise<void>;
  /** As {@link Sequence.onEpochEnd}: once an epoch, after its last batch was consumed, or it was left. */
  onEpochEnd?(epoch: number, context: HookContext): void | Promise<void>;
  /** Whether its hooks count, as they may change it between epochs. Default: whether it has one. */
  readonly hasHooks?: boolean;
}

/** Marks combinators, the same across two copies of the package. */
const brand = Symbol.for("epochal.combinator");

/**
 * Anything but undefined and null, for a type parameter that is inferred from what a function returns: the tuple in it
 * makes TypeScript infer `[x, y]` as a tuple and not as an array.
 */
export type AnyBatch = [unknown, ...unknown[]] | NonNullable<unknown>;

/** Base class of the combinators: hooks pass through to the sources. */
export abstract class Combinator<B> extends Sequence<B> {
  /** What this sequence is made of, in order. */
  abstract combines(): readonly Hooked[];

  override async onEpochBegin(epoch: number, { seed }: HookContext): Promise<void> {
    const { createHookContext } = contextChunk.module ?? (await contextChunk.load());
    const begun: Hooked[] = [];
    try {
      for (const origin of originsOf(this)) {
        await origin.onEpochBegin?.(epoch, createHookContext("begin", { epoch, seed }));
        begun.push(origin);
      }
    } catch (error) {
      // The epoch will not run, so nobody else would tell those that were begun that it is over.
      for (const origin of begun) await origin.onEpochEnd?.(epoch, createHookContext("end", { epoch, seed }));
      throw error;
    }
  }

  override async onEpochEnd(epoch: number, { seed }: HookContext): Promise<void> {
    const { createHookContext } = contextChunk.module ?? (await contextChunk.load());
    const errors: unknown[] = [];
    for (const origin of originsOf(this)) {
      try {
        await origin.onEpochEnd?.(epoch, createHookContext("end", { epoch, seed }));
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1)
      throw new AggregateError(errors, `onEpochEnd(${epoch}) of ${errors.length} sources failed.`);
  }

  /** Why there are no batches: what the empty source says, or that nothing is left of the sources. */
  whyEmpty(): string | undefined {
    const sources = this.combines().filter(isSequence);
    const empty = sources.find(({ length }) => length === 0);
    if (empty) return whyEmpty(empty);
    return `It leaves nothing of the ${sources.map(({ length }) => length).join(" and ")} batches that it is made of.`;
  }

  override get hasHooks(): boolean {
    for (const origin of originsOf(this)) {
      if (origin.hasHooks ?? (origin.onEpochBegin !== undefined || origin.onEpochEnd !== undefined))
        return true;
    }
    return false;
  }
}
Object.defineProperty(Combinator.prototype, brand, { value: true });

/** A combinator that keeps what its source gave. */
export interface Keeper {
  /** Its source is another one now. */
  forget(): void;
}

/** Whether `node` keeps what its source gave. */
export function isKeeper<T>(node: Combinator<T>): node is Combinator<T> & Keeper {
  return typeof (node as Partial<Keeper>).forget === "function";
}

/** The sequences at the bottom of a combination, each once, in the order of the sources. */
export function originsOf(node: Hooked, found: Set<Hooked> = new Set()): Set<Hooked> {
  if (isCombinator(node)) {
    for (const source of node.combines()) originsOf(source, found);
  } else found.add(node);
  return found;
}

/** Whether `node` is a combinator, also of another copy of the package. */
export function isCombinator(node: object): node is Combinator<unknown> {
  return brand in node;
}

/** What the combinators of several sequences are given; of a list, each: `concat(...list)`. */
export type SequenceOrList = Sequence<unknown> | readonly Sequence<unknown>[];

/** What a list of sequences is compared with where they are given one by one, so that the compiler says so. */
export interface NotInAList {
  readonly "give sequences one by one, (a, b), or of a list (...list)": never;
}

/** Nothing where the sources `S` stand one by one; else a type that no list has. */
export type OneByOne<S extends readonly unknown[]> = {
  [K in keyof S]: S[K] extends readonly unknown[] ? NotInAList : unknown;
};

/** The batches of any of the sources `S`. */
export type BatchOfAny<S extends readonly unknown[]> = BatchOf<Extract<S[number], Sequence<unknown>>>;

/** Throws {@link OptionError} unless `value`, said to stand `where`, is a sequence. */
export function checkSequence(combinator: string, value: unknown, where: string = ""): void {
  if (isSequence(value)) return;
  throw new OptionError(
    `${combinator}() takes a Sequence, got ${show(value)}${where}. ${nextFor(combinator, value)}`,
  );
}

/** Whether a value has the form of a tensor; `isTensor` would bring more than that. */
const hasShape = (value: unknown): boolean => Array.isArray(Object(value).shape);

/** What to write instead of `value`, which is no sequence. */
function nextFor(combinator: string, value: unknown): string {
  if (hasShape(value) || (Array.isArray(value) && value.some(hasShape)))
    return "Tensors are joined by concatenate([a, b]).";
  if (!Array.isArray(value)) return "A dataset of samples becomes one with batches(dataset, { batchSize }).";
  if (combinator === "concat" || combinator === "zip" || combinator === "randomChoice")
    return `Give them one by one: ${combinator}(a, b), or of a list ${combinator}(...list).`;
  if (combinator === "mix")
    return "Give them one by one, and options last: mix(a, b, { weights }), or of a list mix(...list, { weights }).";
  return "Several sequences become one by concat(a, b), zip(a, b) or mix(a, b).";
}

/**
 * The sequences that a combinator was given one by one.
 *
 * @throws OptionError if there is none, or something else, or a hole.
 */
export function checkSequences(combinator: string, values: readonly unknown[]): readonly Sequence<unknown>[] {
  if (values.length === 0) throw new OptionError(`${combinator}() needs at least one sequence, got none.`);
  for (const [i, value] of values.entries()) checkSequence(combinator, value, ` at place ${i}`);
  return values as readonly Sequence<unknown>[];
}

/**
 * The length of sequences that must have the same one; endless ones follow the others.
 *
 * @throws OptionError if they differ.
 */
export function commonLength(combinator: string, sources: readonly Sequence<unknown>[]): number {
  const lengths = sources.map(({ length }) => length);
  const finite = lengths.filter((length) => length !== Number.POSITIVE_INFINITY);
  if (new Set(finite).size > 1) {
    throw new OptionError(
      `${combinator}() takes sequences of one length, got ${lengths.join(", ")}. Cut them with take(), or lengthen one with repeat().`,
    );
  }
  return finite[0] ?? Number.POSITIVE_INFINITY;
}
