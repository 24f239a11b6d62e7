/** Numbers, and what numbers stand for, as people read them. */

/** Thousands apart: 12,345. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** A value of a batch, to four digits. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return signed(value.toLocaleString("en"));
  const size = Math.abs(value);
  return signed(size >= 1e7 || size < 1e-5 ? value.toExponential(2) : String(Number(value.toPrecision(4))));
}

/** A duration, given in milliseconds. */
export function time(milliseconds: number): string {
  if (milliseconds < 1) return `${Number(milliseconds.toPrecision(2))} ms`;
  if (milliseconds < 999.5)
    return `${milliseconds < 9.95 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A share from 0 to 1. */
export function percent(share: number): string {
  return `${share > 0 && share < 0.005 ? "< 1" : Math.round(share * 100)} %`;
}

/** One of them, or several. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/** The class's number, and its name where there is one. */
export function className(number: number, names: readonly string[] | undefined): string {
  const name = names?.[number];
  return name === undefined || name === String(number) ? digits(number) : `${number} ${name}`;
}

/** What a leaf is called; a batch may be its only leaf. */
export function leafName(path: string): string {
  return path || "batch";
}

/** What is to be told of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function signed(text: string): string {
  return text.replace(/^-/, "−");
}
