/** Options of a command: what they are, how they are read, and how `--help` shows them. */
import { parseArgs } from "node:util";
import { show } from "../core/check.ts";
import { suggestion, UsageError } from "./usage.ts";

/** An option. Its name is the key it stands at, `batchSize`; on the command line `--batch-size`. */
export interface OptionSpec {
  /** What is given: `boolean` is a flag without a value. */
  readonly type: "boolean" | "text" | "integer" | "number";
  /** What `--help` says of it. */
  readonly text: string;
  /** What `--help` calls the value: `n`, `file`. */
  readonly value?: string;
  /** The value where none is given. Without it a value is undefined. */
  readonly default?: string | number;
  /** Least and greatest number. */
  readonly min?: number;
  readonly max?: number;
  /** Texts that are taken, all others refused. */
  readonly choices?: readonly string[];
  /** One letter, as `h`. */
  readonly short?: string;
}

/** An option whose type is known to TypeScript. */
export type OptionOf<T extends OptionSpec["type"]> = OptionSpec & { readonly type: T };

/** Options by name. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<S extends OptionSpec> = S["type"] extends "boolean"
  ? boolean
  :
      | (S["type"] extends "text" ? string : number)
      | (S extends { readonly default: unknown } ? never : undefined);

/** What the options of a command were given. */
export type OptionValues<O extends OptionSpecs> = { readonly [K in keyof O]: ValueOf<O[K]> };

/** What was written after a command's name. */
export interface ParsedArguments<O extends OptionSpecs> {
  readonly values: OptionValues<O>;
  readonly positionals: readonly string[];
}

/** The name of an option as it is written: `--batch-size`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * Reads arguments.
 *
 * @throws UsageError naming an option that is not there, and the nearest one; or a value that it does not take.
 */
export function parseOptions<O extends OptionSpecs>(args: readonly string[], specs: O): ParsedArguments<O> {
  const byFlag = new Map(
    Object.entries(specs).map(([name, spec]) => [flagOf(name).slice(2), { name, spec }]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      [...byFlag].map(([flag, { spec }]) => [
        flag,
        {
          type: spec.type === "boolean" ? "boolean" : "string",
          ...(spec.short === undefined ? {} : { short: spec.short }),
        } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs))
    values[name] = spec.type === "boolean" ? false : spec.default;
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const known = byFlag.get(token.name);
    if (known === undefined) {
      const flags = [...byFlag.keys()].map((flag) => `--${flag}`);
      throw new UsageError(
        `There is no option ${token.rawName}. ${suggestion(token.rawName, flags, "There are ")}`,
      );
    }
    values[known.name] = readValue(`--${token.name}`, known.spec, token.value);
  }
  return { values: values as OptionValues<O>, positionals };
}

function readValue(
  flag: string,
  { type, min, max, choices, value: name }: OptionSpec,
  given: string | undefined,
) {
  if (type === "boolean") {
    if (given === undefined) return true;
    throw new UsageError(`${flag} takes no value, got ${show(given)}.`);
  }
  if (given === undefined) throw new UsageError(`${flag} takes a value: ${flag} <${name ?? "value"}>.`);
  if (type === "text") {
    if (choices === undefined || choices.includes(given)) return given;
    throw new UsageError(`${flag} takes ${choices.join(" or ")}, got ${show(given)}.`);
  }
  const number = given.trim() === "" ? Number.NaN : Number(given);
  const fits =
    (type === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number)) &&
    number >= (min ?? Number.NEGATIVE_INFINITY) &&
    number <= (max ?? Number.POSITIVE_INFINITY);
  if (fits) return number;
  const range =
    max !== undefined ? ` from ${min ?? 0} to ${max}` : min !== undefined ? ` of at least ${min}` : "";
  throw new UsageError(
    `${flag} takes a ${type === "integer" ? "whole number" : "number"}${range}, got ${show(given)}.`,
  );
}

/** The lines of `--help` about options. */
export function describeOptions(specs: OptionSpecs): string {
  const rows = Object.entries(specs).map(([name, spec]): [string, string] => {
    const value = spec.type === "boolean" ? "" : ` <${spec.value ?? (spec.type === "text" ? "text" : "n")}>`;
    const short = spec.short === undefined ? "" : `-${spec.short}, `;
    const by = spec.default === undefined ? "" : ` Default ${spec.default}.`;
    return [`${short}${flagOf(name)}${value}`, `${spec.text}${by}`];
  });
  return columns(rows);
}

/** Rows of two columns, the second one aligned, in lines of at most a hundred characters. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([first]) => first.length));
  const room = Math.max(40, 96 - width);
  const indent = `\n${" ".repeat(width + 4)}`;
  return rows
    .map(([first, second]) => `  ${first.padEnd(width)}  ${wrap(second, room).join(indent)}`.trimEnd())
    .join("\n");
}

function wrap(text: string, room: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
