/** Fetching batches and calling hooks: what a sequence needs once something is asked of it. */
import { checkIndex, show } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { yieldIfDue } from "../core/event-loop.ts";
import { nameOfClass } from "../core/native.ts";
import { isThenable } from "../core/settle.ts";
import { run } from "../tensor/run.ts";
import type { Delivered } from "../tensor/tree.ts";
import { type Context, type ContextInit, createContext, createHookContext } from "./context.ts";
import type { Awaitable, Sequence } from "./sequence.ts";

/**
 * The batch that `context` names, checked and with its images run: the one way in which batches are fetched,
 * by `at`, by the inline worker and in every other worker. Returns a promise only where something is awaited.
 */
export function fetchBatch<B>(sequence: Sequence<B>, context: Context): Awaitable<Delivered<B>> {
  checkIndex(classOfSequence(sequence), context.index, sequence.length);
  const batch = sequence.getItem(context.index, context) as Awaitable<B>;
  if (!isThenable(batch)) return run(checkBatch(sequence, batch, context.index));
  return Promise.resolve(batch).then((settled) => run(checkBatch(sequence, settled, context.index)));
}

/** Calls a hook, with a generator from which nobody has drawn. */
export async function callHook(
  sequence: Sequence<unknown>,
  hook: "begin" | "end",
  { epoch, seed }: { readonly epoch: number; readonly seed: number },
): Promise<void> {
  const context = createHookContext(hook, { epoch, seed });
  await (hook === "begin" ? sequence.onEpochBegin(epoch, context) : sequence.onEpochEnd(epoch, context));
}

/** The batch that a context of `init` names, for who asks for it without a loader: after a turn of the event loop where one is due. */
export async function fetchAlone<B>(sequence: Sequence<B>, init: ContextInit): Promise<Delivered<B>> {
  for (let turn = yieldIfDue(); turn !== undefined; turn = yieldIfDue()) await turn;
  return fetchBatch(sequence, createContext(init));
}

function checkBatch<B>(sequence: Sequence<B>, batch: B, index: number): B {
  if (batch !== undefined && batch !== null) return batch;
  throw new ShapeError(
    `${classOfSequence(sequence)}.getItem(${index}) returned ${show(batch)} instead of a batch. Return the batch; to leave samples out, shorten \`length\`.`,
  );
}

/** As `nameOf` of sequence.ts, which imports this file. */
function classOfSequence(sequence: object): string {
  return nameOfClass(sequence.constructor) || "Sequence";
}
