/** What steps that draw numbers have in common. */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { Random } from "../../random/random.ts";

/** Throws {@link OptionError} unless `random` draws numbers. */
export function checkRandom(step: string, random: unknown): asserts random is Random {
  if (typeof (random as Partial<Random> | undefined)?.uniform === "function") return;
  throw new OptionError(
    `${step} draws from \`random\`: pass that of getItem's context, or createRandom(seed), got ${show(random)}.`,
  );
}
