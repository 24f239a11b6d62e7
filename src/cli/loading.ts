/** What a command says where the target's batches cannot be had: what a program would have thrown, without a stack. */
import { causesOf } from "../core/causes.ts";
import { isEpochalError } from "../core/errors.ts";
import type { CommandCall } from "./command.ts";
import { type ExitCode, exitCodes, UsageError } from "./usage.ts";

/**
 * The exit code of `run`; where it failed by a batch that could not be had, that is what was found.
 *
 * @throws UsageError where loading fails by how the target is made.
 */
export async function whileLoading(
  {
    output,
    signal,
    values,
  }: Pick<CommandCall, "output" | "signal"> & { readonly values: { readonly json: boolean } },
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (signal.aborted || !isEpochalError(error)) throw error;
    if (error.name !== "BatchError") throw new UsageError(error.message, { cause: error.cause });
    output.note(`epochal: ${error.message}`);
    // The nearest cause is in the message.
    for (const cause of causesOf(error.cause).slice(1)) output.note(`  ${cause}`);
    if (values.json) output.json({ error: causesOf(error) });
    return exitCodes.found;
  }
}
