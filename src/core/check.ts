/**
 * Checks of options and arguments, all in one place, so that every message reads the same:
 * what was expected, what came, and its type.
 */
import { IndexError, OptionError } from "./errors.ts";

/** A value as an error message shows it: short, quoted where it is text, with its type where that helps. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined)
    return String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return value.name ? `function ${value.name}` : "a function";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name = (value as object).constructor?.name;
  return name && name !== "Object" ? `an instance of ${name}` : "an object";
}

/** Throws {@link OptionError} unless `value` is a whole number in [min, max]. */
export function checkInteger(
  name: string,
  value: unknown,
  min: number = 0,
  max: number = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) return;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new OptionError(`\`${name}\` must be a whole number ${range}, got ${show(value)}.`);
}

/** Throws {@link OptionError} unless `value` is a safe integer, which may be negative. */
export function checkSeed(name: string, value: unknown): asserts value is number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return;
  throw new OptionError(
    `\`${name}\` must be a safe integer (from -(2^53 - 1) to 2^53 - 1), got ${show(value)}.`,
  );
}

/** Throws {@link OptionError} unless `value` is a finite number in [min, max]. */
export function checkNumber(
  name: string,
  value: unknown,
  min: number = Number.NEGATIVE_INFINITY,
  max: number = Number.POSITIVE_INFINITY,
): asserts value is number {
  if (typeof value === "number" && Number.isFinite(value) && value >= min && value <= max) return;
  const range =
    max !== Number.POSITIVE_INFINITY
      ? ` from ${min} to ${max}`
      : min !== Number.NEGATIVE_INFINITY
        ? ` of at least ${min}`
        : "";
  throw new OptionError(`\`${name}\` must be a finite number${range}, got ${show(value)}.`);
}

/** Throws {@link OptionError} unless `value` is a finite number above 0. */
export function checkPositive(name: string, value: unknown): asserts value is number {
  if (typeof value === "number" && value > 0 && value < Number.POSITIVE_INFINITY) return;
  throw new OptionError(`\`${name}\` must be a finite number above 0, got ${show(value)}.`);
}

/** Throws {@link OptionError} unless `value` is true or false. */
export function checkBoolean(name: string, value: unknown): asserts value is boolean {
  checkChoice(name, value, [true, false]);
}

/** Throws {@link OptionError} unless `value` is text. */
export function checkText(name: string, value: unknown): asserts value is string {
  if (typeof value === "string") return;
  throw new OptionError(`\`${name}\` must be text, got ${show(value)}.`);
}

/** Throws {@link OptionError} unless `value` is an AbortSignal. */
export function checkSignal(name: string, value: unknown): asserts value is AbortSignal {
  if (value instanceof AbortSignal) return;
  throw new OptionError(`\`${name}\` must be an AbortSignal, got ${show(value)}.`);
}

/** Throws {@link OptionError} unless `value` is one of `choices`. */
export function checkChoice<const T>(
  name: string,
  value: unknown,
  choices: readonly T[],
): asserts value is T {
  if (choices.includes(value as T)) return;
  throw new OptionError(`\`${name}\` must be ${choices.map(show).join(" or ")}, got ${show(value)}.`);
}

/**
 * Throws {@link OptionError} for a name in `options` that is not in `known`: a typo is never ignored.
 *
 * @param reasons why there is no such option, and what to do instead, for names that people expect
 */
export function checkKnown(
  what: string,
  options: object,
  known: readonly string[],
  reasons: Readonly<Record<string, string>> = {},
): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new OptionError(
      `${what} takes its options as an object, { ${known[0]}: … }, got ${show(options)}.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    // Python's spelling.
    const camel = name.replace(/_+([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const next = known.includes(camel)
      ? `Its name is \`${camel}\`.`
      : Object.hasOwn(reasons, camel)
        ? reasons[camel]
        : `It has: ${known.join(", ")}.`;
    throw new OptionError(`${what} has no option \`${name}\`. ${next}`);
  }
}

/** Throws {@link IndexError} unless `index` is a whole number in [0, length). */
export function checkIndex(what: string, index: unknown, length: number): asserts index is number {
  if (typeof index === "number" && Number.isInteger(index) && index >= 0 && index < length) return;
  throw indexError(what, index, length);
}

/** The error of {@link checkIndex}, for code that must check in a hurry. */
export function indexError(what: string, index: unknown, length: number): IndexError {
  return new IndexError(
    length === 0
      ? `${what} has length 0, so it has no index ${show(index)}.`
      : `${what} has no index ${show(index)}: expected a whole number from 0 to ${length - 1}.`,
  );
}
