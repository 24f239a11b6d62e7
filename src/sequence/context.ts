/** What `getItem` is told besides the index. */
import { OptionError } from "../core/errors.ts";
import { keyedRandom, type Random, type RandomStream } from "../random/random.ts";

/**
 * The second argument of `getItem`. Everything a batch may depend on besides the sequence itself:
 * a batch is a pure function of (seed, epoch, index).
 */
export interface Context {
  /** The epoch, from 0. */
  readonly epoch: number;
  /** The index given to `getItem`. */
  readonly index: number;
  /** The loader's seed. */
  readonly seed: number;
  /**
   * A generator keyed by (seed, epoch, index): its numbers are the same whichever worker, process or machine draws
   * them. Use it for augmentation. `Math.random()` differs on every run and after every retry; that is yours to risk.
   */
  readonly random: Random;
  /** Aborted when nobody waits for this batch any more: pass it to `fetch` and other slow reads. */
  readonly signal: AbortSignal;
}

/** What a context is made of. */
export interface ContextInit {
  readonly epoch: number;
  readonly index: number;
  readonly seed: number;
  /** Anything that has a signal: an AbortController, another context. Without one, the context is never aborted. */
  readonly cancellation?: { readonly signal: AbortSignal };
  /**
   * The pass over the sequence that asks, in which its fields do not change but by itself. What is made for an epoch may be
   * kept for it. Without one, a batch is asked for by itself.
   */
  readonly pass?: object;
}

/** The second argument of a sequence's hooks. */
export interface HookContext {
  /** The epoch that begins or ends, from 0. */
  readonly epoch: number;
  /** The loader's seed. */
  readonly seed: number;
  /**
   * A generator keyed by (seed, epoch), another one for each of the two hooks. What a hook draws from it, it draws again
   * in a resumed run: `random.shuffle(this.indexes)`. What it draws from `Math.random()` is lost, and a resume refused.
   */
  readonly random: Random;
}

/** A context for a hook, with a generator that nobody has drawn from. */
export function createHookContext(
  hook: "begin" | "end",
  { epoch, seed }: { readonly epoch: number; readonly seed: number },
): HookContext {
  return { epoch, seed, random: keyedRandom(seed, hook, epoch, 0) };
}

const never = new AbortController();

/** A context; its generator is made when it is first asked for. */
export function createContext(init: ContextInit, stream: RandomStream = "batch"): Context {
  return new KeyedContext(init, stream);
}

/**
 * The context that a source gets: another index, and another epoch where it has its own, all else as it was. Its
 * generator is fresh and keyed by them, so that a source's batch is the same inside a combinator as alone.
 */
export function deriveContext(
  context: Context,
  index: number,
  { epoch = context.epoch, stream }: { readonly epoch?: number; readonly stream?: RandomStream } = {},
): Context {
  return KeyedContext.derive(context, epoch, index, stream);
}

/**
 * The context under which a source gives what is kept for good: epoch 0, seed 0, and a generator of which every use is
 * an {@link OptionError} with the message `refusal`, however far below it is drawn from.
 */
export function fixedContext(context: Context, index: number, refusal: string): Context {
  return KeyedContext.fixed(context, index, refusal);
}

/** A generator of which every use throws. */
function refusing(refusal: string): Random {
  const refuse = (): never => {
    throw new OptionError(refusal);
  };
  return new Proxy({} as Random, { get: refuse, has: refuse, set: refuse, ownKeys: refuse });
}

/** The pass that asks for a batch; undefined where it is asked for by itself. */
export function askingPass(context: Context): object | undefined {
  return (context as Partial<KeyedContext>)[passKey];
}

/** The stream of a context's generator, the same across two copies of the package. */
const streamKey: unique symbol = Symbol.for("epochal.context.stream");

/** The pass that asks, as well. */
const passKey: unique symbol = Symbol.for("epochal.context.pass");

/** Why nothing may be drawn, as well. */
const refusalKey: unique symbol = Symbol.for("epochal.context.refusal");

class KeyedContext implements Context {
  readonly epoch: number;
  readonly index: number;
  readonly seed: number;
  readonly #cancellation: { readonly signal: AbortSignal };
  readonly #stream: RandomStream;
  readonly #pass: object | undefined;
  /** Why nothing may be drawn; undefined where that is allowed. */
  #refusal: string | undefined;
  #random: Random | undefined;

  constructor({ epoch, index, seed, cancellation = never, pass }: ContextInit, stream: RandomStream) {
    this.epoch = epoch;
    this.index = index;
    this.seed = seed;
    this.#cancellation = cancellation;
    this.#stream = stream;
    this.#pass = pass;
  }

  static derive(context: Context, epoch: number, index: number, stream?: RandomStream): KeyedContext {
    // A context of another copy of the package, or one that a test has written by hand, has a signal too.
    const cancellation = #cancellation in context ? context.#cancellation : context;
    const own = (context as Partial<KeyedContext>)[streamKey] ?? "batch";
    const pass = askingPass(context);
    const init: ContextInit = { epoch, index, seed: context.seed, cancellation, ...(pass && { pass }) };
    const derived = new KeyedContext(init, stream ?? own);
    derived.#refusal = (context as Partial<KeyedContext>)[refusalKey];
    return derived;
  }

  static fixed(context: Context, index: number, refusal: string): KeyedContext {
    const fixed = new KeyedContext({ epoch: 0, index, seed: 0, cancellation: context }, "batch");
    fixed.#refusal = refusal;
    return fixed;
  }

  get [streamKey](): RandomStream {
    return this.#stream;
  }

  get [passKey](): object | undefined {
    return this.#pass;
  }

  get [refusalKey](): string | undefined {
    return this.#refusal;
  }

  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  // Getters, so that a batch that draws nothing, and waits for nothing, pays nothing.
  get random(): Random {
    this.#random ??=
      this.#refusal === undefined
        ? keyedRandom(this.seed, this.#stream, this.epoch, this.index)
        : refusing(this.#refusal);
    return this.#random;
  }
}
