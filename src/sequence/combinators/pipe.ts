import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";

/**
 * What the last function makes of `source`, each given what the one before it made: combinators in the order in which
 * the data go through them, where nested calls stand in the reverse order.
 *
 * A step is any function. One that needs nothing besides is given by its name.
 *
 * @throws OptionError if a step is no function, or returns nothing.
 * @example
 * pipe(all, cache, (it) => map(it, augment), (it) => take(it, 2)); // a0, a1, a2 become augmented a0, a1
 * take(map(cache(all), augment), 2);                               // is the same
 */
export function pipe<A, B>(source: A, ab: (it: A) => B): B;
export function pipe<A, B, C>(source: A, ab: (it: A) => B, bc: (it: B) => C): C;
export function pipe<A, B, C, D>(source: A, ab: (it: A) => B, bc: (it: B) => C, cd: (it: C) => D): D;
export function pipe<A, B, C, D, E>(
  source: A,
  ab: (it: A) => B,
  bc: (it: B) => C,
  cd: (it: C) => D,
  de: (it: D) => E,
): E;
export function pipe<A, B, C, D, E, F>(
  source: A,
  ab: (it: A) => B,
  bc: (it: B) => C,
  cd: (it: C) => D,
  de: (it: D) => E,
  ef: (it: E) => F,
): F;
export function pipe<A, B, C, D, E, F, G>(
  source: A,
  ab: (it: A) => B,
  bc: (it: B) => C,
  cd: (it: C) => D,
  de: (it: D) => E,
  ef: (it: E) => F,
  fg: (it: F) => G,
): G;
export function pipe<A, B, C, D, E, F, G, H>(
  source: A,
  ab: (it: A) => B,
  bc: (it: B) => C,
  cd: (it: C) => D,
  de: (it: D) => E,
  ef: (it: E) => F,
  fg: (it: F) => G,
  gh: (it: G) => H,
): H;
export function pipe<A, B, C, D, E, F, G, H, I>(
  source: A,
  ab: (it: A) => B,
  bc: (it: B) => C,
  cd: (it: C) => D,
  de: (it: D) => E,
  ef: (it: E) => F,
  fg: (it: F) => G,
  gh: (it: G) => H,
  hi: (it: H) => I,
): I;
export function pipe(source: unknown, ...steps: readonly unknown[]): unknown {
  let made = source;
  for (const [i, step] of steps.entries()) {
    if (typeof step !== "function") {
      throw new OptionError(
        `pipe() takes functions of what came before, got ${show(step)} as step ${i}. Write (it) => take(it, 10).`,
      );
    }
    made = step(made);
    if (made === undefined) {
      throw new OptionError(
        `Step ${i} of pipe() returned nothing. Return the sequence: (it) => take(it, 10), without braces.`,
      );
    }
  }
  return made;
}
