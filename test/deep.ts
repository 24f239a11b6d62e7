/**
 * How much of a long proof a run goes through. `npm run test:deep` goes through all of it; every other run through a part
 * that its seed draws, so that all is seen over a few runs. `EPOCHAL_SEED=<seed>` draws the same part again.
 */

/** Whether long proofs run whole. */
export const deep = process.env.EPOCHAL_DEEP !== undefined;

/** Every case, or each `stride`-th from one that `seed` draws, in their order. */
export function share<T>(cases: readonly T[], stride: number, seed: number): readonly T[] {
  return deep ? cases : cases.filter((_, i) => i % stride === seed % stride);
}
