/** What a command is to the command line: a name, options, examples, and what it does. */
import { columns, describeOptions, type OptionOf, type OptionSpecs, type OptionValues } from "./options.ts";
import type { CliOutput } from "./output.ts";
import type { ExitCode } from "./usage.ts";

/** What a command is called with. */
export interface CommandCall<O extends OptionSpecs = OptionSpecs> {
  /** What was given besides options, in order: as many as the command has positionals. */
  readonly positionals: readonly string[];
  readonly values: OptionValues<O>;
  readonly output: CliOutput;
  /** Aborted by Ctrl-C: a command ends then, and leaves nothing behind. */
  readonly signal: AbortSignal;
}

/** A command of the command line. What it needs it imports when it runs: `--help` shall be quick. */
export interface Command<O extends OptionSpecs = OptionSpecs> {
  readonly name: string;
  /** In half a line, for the list of commands. */
  readonly summary: string;
  /** More lines, for its own `--help`. */
  readonly about?: string;
  /** What it is given besides options, each as name and text. */
  readonly positionals: readonly (readonly [name: string, text: string])[];
  readonly options: O;
  /** As they are written, each with what it does. */
  readonly examples: readonly (readonly [line: string, text: string])[];
  run(call: CommandCall<O>): Promise<ExitCode>;
}

/** A command whose `run` knows the types of its options. */
export function defineCommand<const O extends OptionSpecs>(command: Command<O>): Command {
  return command;
}

/** The option of all commands. */
export const helpOption: { readonly help: OptionOf<"boolean"> } = {
  help: { type: "boolean", short: "h", text: "Show this." },
};

/** Options of commands that take a target. */
export const targetOptions: {
  readonly batchSize: OptionOf<"integer">;
  readonly seed: OptionOf<"integer">;
  readonly json: OptionOf<"boolean">;
} = {
  batchSize: {
    type: "integer",
    value: "n",
    min: 1,
    text: "Samples in a batch, where the target is samples. Default 32.",
  },
  seed: {
    type: "integer",
    value: "n",
    text: "What order and random numbers are drawn from. Default: a loader's own, or 0.",
  },
  json: { type: "boolean", text: "Print one object as JSON, with `version`." },
};

/** The positional of commands that take a target. */
export const targetPositional: readonly [name: string, text: string] = [
  "target",
  "A module and what it exports: ./data.ts#train. A Sequence, samples, a DataLoader, a class without arguments, or a function that returns one of them. Without # the default export, or the only one that fits.",
];

/** The `--help` of a command. */
export function describeCommand({ name, summary, about, positionals, options, examples }: Command): string {
  const given = positionals.map(([positional]) => ` <${positional}>`).join("");
  return [
    `Usage: npx epochal ${name}${given} [options]`,
    `${summary}${about === undefined ? "" : `\n${about}`}`,
    columns(positionals.map(([positional, text]) => [`<${positional}>`, text])),
    `Options:\n${describeOptions({ ...options, ...helpOption })}`,
    `Examples:\n${columns(examples)}`,
  ].join("\n\n");
}
