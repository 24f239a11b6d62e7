/** How a batch of samples is fetched: its samples by the epoch's order, and collated. */
import { indexError } from "../../core/check.ts";
import { settleEach, whenThere } from "../../core/settle.ts";
import { RandomSampler } from "../../sampler/random.ts";
import type { Order, Sampler } from "../../sampler/sampler.ts";
import { SequentialSampler } from "../../sampler/sequential.ts";
import { askingPass, type Context, deriveContext } from "../context.ts";
import { fetchGroup, readsGroups } from "../group.ts";
import { type Awaitable, nameOf, type Returned } from "../sequence.ts";
import type { BatchSequence, CollateFunction } from "./batches.ts";
import { type Choice, sampleCount } from "./choice.ts";
import { collate } from "./collate.ts";
import type { PadCollator } from "./pad.ts";

/** The batch at `index`, which must be there. */
export function gatherBatch<S, B>(
  sequence: BatchSequence<S, B>,
  index: number,
  context: Context,
): Awaitable<Returned<NoInfer<B>>> {
  const { batchSize, dataset, sampler, collate } = sequence;
  const order = orderOf(sequence, context);
  const from = index * batchSize;
  const to = Math.min(from + batchSize, sampleCount(sequence));
  const choice = { dataset, sampler };
  const samples = readsGroups(dataset)
    ? fetchSamples(choice, { order, from, to }, context)
    : settleEach(to - from, (i) => fetchSample(choice, order(from + i), context));
  const collated = (settled: S[]) => collateBy(collate, settled, context) as Awaitable<Returned<B>>;
  return whenThere(samples, collated);
}

/** An order, and what it was made of. */
interface MadeOrder {
  readonly sampler: Sampler | undefined;
  readonly shuffle: boolean;
  readonly length: number;
  readonly seed: number;
  readonly epoch: number;
  readonly order: Order;
}

/** The orders at hand, by pass and sequence, apart from these: they shall not travel to workers. */
const orders = new WeakMap<object, WeakMap<object, MadeOrder>>();

/**
 * The order of an epoch, made when its first batch is asked for, and kept for the pass that asks: a sampler may be another
 * one, or have been changed, by the next.
 */
function orderOf<S, B>(sequence: BatchSequence<S, B>, context: Context): Order {
  const pass = askingPass(context);
  if (pass === undefined) return makeOrder(sequence, context).order;
  const ofPass = orders.get(pass) ?? new WeakMap<object, MadeOrder>();
  const known = ofPass.get(sequence);
  const made = known && isOrderOf(known, sequence, context) ? known : makeOrder(sequence, context);
  if (made !== known) orders.set(pass, ofPass.set(sequence, made));
  return made.order;
}

function isOrderOf<S, B>(made: MadeOrder, sequence: BatchSequence<S, B>, { epoch, seed }: Context): boolean {
  return (
    made.epoch === epoch &&
    made.seed === (sequence.seed ?? seed) &&
    made.length === sampleCount(sequence) &&
    made.sampler === sequence.sampler &&
    made.shuffle === sequence.shuffle
  );
}

function makeOrder<S, B>(sequence: BatchSequence<S, B>, context: Context): MadeOrder {
  const { sampler, shuffle, seed = context.seed } = sequence;
  const { epoch } = context;
  const length = sampleCount(sequence);
  const chosen = sampler ?? (shuffle ? new RandomSampler(length) : new SequentialSampler(length));
  return { sampler, shuffle, length, seed, epoch, order: chosen.order({ seed, epoch }) };
}

function fetchSample<S>(choice: Choice<S>, index: number, context: Context): Awaitable<S> {
  checkChosen(choice, index);
  return choice.dataset.getItem(index, sampleContext(context, index));
}

/** The samples at positions `from` up to `to` of an order, all at once. */
function fetchSamples<S>(
  choice: Choice<S>,
  { order, from, to }: { readonly order: Order; readonly from: number; readonly to: number },
  context: Context,
): Awaitable<S[]> {
  const indices = Array.from({ length: to - from }, (_, i) => order(from + i));
  for (const index of indices) checkChosen(choice, index);
  const contexts = indices.map((index) => sampleContext(context, index));
  return fetchGroup(choice.dataset, indices, contexts) as Awaitable<S[]>;
}

function sampleContext(context: Context, index: number): Context {
  return deriveContext(context, index, { stream: "sample" });
}

function checkChosen({ dataset, sampler }: Choice<unknown>, index: number): void {
  if (!(Number.isInteger(index) && index >= 0 && index < dataset.length)) {
    throw indexError(
      sampler ? `${nameOf(sampler)} chose a sample that is not there: the dataset` : "The dataset",
      index,
      dataset.length,
    );
  }
}

function collateBy(
  how: CollateFunction<never, unknown> | PadCollator | undefined,
  samples: unknown[],
  context: Context,
): unknown {
  if (how === undefined) return collate(samples);
  return typeof how === "function" ? how(samples as never, context) : how.collate(samples);
}
