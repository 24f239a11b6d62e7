/** What the examples share as programs: errors of the person at the keyboard are one sentence, without a stack. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { isEpochalError } from "epochal";

/** An error of the person at the keyboard. */
export class UsageError extends Error {}

/** Ctrl-C. */
export class Interrupted extends UsageError {}

/** `parseArgs` of Node, whose errors become a {@link UsageError} of one sentence. */
export function parse<const C extends ParseArgsConfig>(config: C): ReturnType<typeof parseArgs<C>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    const [sentence] = (cause as Error).message.split(". ");
    throw new UsageError(`${sentence}. See --help.`, { cause });
  }
}

/** The whole number in the text of an option. */
export function number(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, got ${JSON.stringify(text)}.`);
}

/** Runs a program. What epochal or the program throws on purpose is shown in one sentence; all else with its stack. */
export async function run(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof UsageError) && !isEpochalError(error)) throw error;
    console.error(error.message);
    // 130 is a shell's exit code for Ctrl-C.
    process.exitCode = error instanceof Interrupted ? 130 : 1;
  }
}
