/** How many workers a command takes. */
import { show } from "../core/check.ts";
import type { OptionOf } from "./options.ts";
import { UsageError } from "./usage.ts";

/** The option `--workers`. */
export const workersOption: OptionOf<"text"> = {
  type: "text",
  value: "n",
  text: 'Workers, or "auto": as many as it takes.',
};

/**
 * What `--workers` was given.
 *
 * @throws UsageError if it is neither a number of workers nor "auto".
 */
export function workersOf(given: string): number | "auto" {
  if (given === "auto") return given;
  const workers = given.trim() === "" ? Number.NaN : Number(given);
  if (Number.isInteger(workers) && workers >= 0 && workers <= 1024) return workers;
  throw new UsageError(`--workers takes a whole number from 0 to 1024, or auto, got ${show(given)}.`);
}
