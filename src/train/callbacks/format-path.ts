/** File names with numbers in them, by the part of Python's format syntax that Keras' users write. */
import { OptionError } from "../../core/errors.ts";
import { metricOf } from "./metric.ts";

/**
 * Fills `{name}`, `{name:02d}`, `{name:.2f}`, `{name:.3e}` in a path; `accuracy` and `acc` are one name, as for `monitor`.
 *
 * @throws OptionError for a name that there is no number for, or a format other than these.
 */
export function formatPath(path: string, values: Readonly<Record<string, number>>): string {
  return path.replace(/\{([^{}:]*)(?::([^{}]*))?\}/g, (_, name: string, format: string | undefined) => {
    const value = metricOf(values, name);
    if (value !== undefined) return formatNumber(path, value, format ?? "");
    throw new OptionError(
      `The path ${JSON.stringify(path)} names {${name}}, which there is no number for. There is: ${Object.keys(values).join(", ")}.`,
    );
  });
}

function formatNumber(path: string, value: number, format: string): string {
  const parsed = /^(0?)(\d*)(?:\.(\d+))?([dfe]?)$/.exec(format);
  if (!parsed) {
    throw new OptionError(
      `The path ${JSON.stringify(path)} has the format {…:${format}}. Use d for whole numbers, .2f or .3e for others, 02d for leading zeros.`,
    );
  }
  const [, zero, width, digits, kind] = parsed;
  return textOf(value, kind!, digits).padStart(Number(width || 0), zero ? "0" : " ");
}

function textOf(value: number, kind: string, digits: string | undefined): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (kind === "d") return String(Math.round(value));
  if (kind === "e") return value.toExponential(Number(digits ?? 6)).replace(/e([+-])(\d)$/, "e$10$2");
  return kind === "f" || digits !== undefined ? value.toFixed(Number(digits ?? 6)) : String(value);
}
