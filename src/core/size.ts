/** Sizes of memory as people write them: 1000000, `"512MB"`. */
import { show } from "./check.ts";
import { OptionError } from "./errors.ts";

const units: Readonly<Record<string, number>> = { "": 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };

/**
 * Bytes in `size`: a number, or text such as `"512MB"` (powers of 1024).
 *
 * @throws OptionError if it is neither, or not positive.
 */
export function parseBytes(name: string, size: unknown): number {
  const match = typeof size === "string" ? /^\s*(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?\s*$/i.exec(size) : undefined;
  const bytes = match ? Number(match[1]) * units[match[2] ? `${match[2].toUpperCase()}B` : ""]! : size;
  if (typeof bytes === "number" && Number.isFinite(bytes) && bytes > 0) return Math.floor(bytes);
  throw new OptionError(`\`${name}\` must be a number of bytes, or text such as "512MB", got ${show(size)}.`);
}
