/** The command line: finds the command, reads its options, and says in an exit code what came of it. */
import { causesOf } from "../core/causes.ts";
import type { Environment } from "../core/node.ts";
import { version } from "../core/version.ts";
import type { ProgressStream } from "../progress/terminal.ts";
import { type Command, describeCommand, helpOption } from "./command.ts";
import { columns, describeOptions, type OptionSpecs, parseOptions } from "./options.ts";
import { type CliOutput, openCliOutput } from "./output.ts";
import { type ExitCode, exitCodes, suggestion, UsageError } from "./usage.ts";

/** The program that a command line is for. */
export interface CliHost {
  readonly stdout: ProgressStream;
  readonly stderr: ProgressStream;
  readonly env: Environment;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

const ownOptions = {
  ...helpOption,
  version: { type: "boolean", short: "v", text: "Print the version." },
} as const satisfies OptionSpecs;

/** Does what the arguments say, and resolves with the exit code. */
export async function runCli(
  args: readonly string[],
  commands: readonly Command[],
  { stdout, stderr, env, signal }: CliHost,
): Promise<ExitCode> {
  let command: Command | undefined;
  const streams = openCliOutput(stdout, stderr, env);
  // Objects say which command they are of, once that is known.
  const output: CliOutput = {
    ...streams,
    json: (value) => streams.json(command === undefined ? value : { command: command.name, ...value }),
  };
  const [first = "", ...rest] = args;
  const named = first === "help" ? rest[0] : first;
  try {
    if (named === undefined || named === "" || named.startsWith("-")) {
      const { values } = parseOptions(first === "help" ? [] : args, ownOptions);
      output.print(values.version ? version : describeAll(commands));
      return args.length === 0 ? exitCodes.usage : exitCodes.sound;
    }
    command = commands.find(({ name }) => name === named);
    if (command === undefined) {
      const names = commands.map(({ name }) => name);
      throw new UsageError(`There is no command ${named}. ${suggestion(named, names, "There are ")}`);
    }
    const asked = first === "help" || rest.includes("--help") || rest.includes("-h");
    if (asked) {
      output.print(describeCommand(command));
      return exitCodes.sound;
    }
    const call = parseOptions(rest, { ...command.options, ...helpOption });
    checkPositionals(command, call.positionals);
    const code = await command.run({ ...call, output, signal });
    return signal.aborted ? exitCodes.interrupted : code;
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    if (error instanceof UsageError) {
      output.note(`epochal: ${error.message}`);
      for (const cause of causesOf(error.cause)) output.note(`  ${cause}`);
      if (error.cause === undefined)
        output.note(`See npx epochal ${command === undefined ? "" : `${command.name} `}--help.`);
    } else output.note(`epochal: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    if (args.includes("--json")) output.json({ error: causesOf(error) });
    return exitCodes.usage;
  }
}

function checkPositionals({ positionals }: Command, given: readonly string[]): void {
  const missing = positionals[given.length];
  if (missing !== undefined) throw new UsageError(`A <${missing[0]}> is missing. ${missing[1]}`);
  const extra = given[positionals.length];
  if (extra !== undefined)
    throw new UsageError(
      `It takes ${positionals.length === 1 ? "one target" : `${positionals.length} things`}, got ${extra} too.`,
    );
}

function describeAll(commands: readonly Command[]): string {
  return [
    "Usage: npx epochal <command> <target> [options]",
    `Commands:\n${columns(commands.map(({ name, summary }) => [name, summary]))}`,
    `Options:\n${describeOptions(ownOptions)}`,
    `Examples:\n${columns(commands.flatMap(({ examples }) => examples.slice(0, 1)))}`,
    "npx epochal <command> --help says more of a command. Exit codes: 0 sound, 1 something was found, 2 it could not be done, 130 Ctrl-C.",
  ].join("\n\n");
}
