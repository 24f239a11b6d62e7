/** Numbers in JSON, which has no infinities: a callback's best value before its first epoch is one. */

/** A number, or the name of one that JSON does not have. */
export type JsonNumber = number | "Infinity" | "-Infinity" | "NaN";

/** The number as JSON can hold it. */
export function toJsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}

/** The number that {@link toJsonNumber} was given. */
export function fromJsonNumber(value: JsonNumber): number {
  return Number(value);
}
