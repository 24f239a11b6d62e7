/**
 * Says when parts of shuffled batches are taken for a split: which samples a batch holds changes each epoch, so what is
 * tested with in one epoch is trained with in another. (tf.data's `take` and `skip` after `shuffle` do the same,
 * without a word.)
 */
import { warnOnce } from "../../core/warn.ts";
import { RandomSampler } from "../../sampler/random.ts";
import { BatchSequence } from "../batching/batches.ts";
import { MapSequence } from "./map.ts";

/** Batches of a shuffled dataset, by the positions of their samples: from `from` up to but not including `to`. */
interface Part {
  readonly dataset: object;
  readonly batchSize: number;
  readonly from: number;
  readonly to: number;
}

/** The parts that were taken: by the slice that each is, and by dataset. */
const bySlice = new WeakMap<object, Part>();
const byDataset = new WeakMap<object, Part[]>();

/** Notes that `slice` is the batches of `source` within `bounds`, from the first up to the second; warns of a split. */
export function noteSlice(slice: object, source: object, bounds: () => readonly [number, number]): void {
  const whole = partOf(source);
  if (whole === undefined) return;
  const [from, to] = bounds();
  if (from >= to) return;
  const { dataset, batchSize } = whole;
  const start = (index: number): number => Math.min(whole.to, whole.from + index * batchSize);
  const part = { dataset, batchSize, from: start(from), to: start(to) };
  bySlice.set(slice, part);
  const others = byDataset.get(dataset) ?? [];
  if (others.some((it) => it.from === part.from && it.to === part.to)) return;
  byDataset.set(dataset, [...others, part]);
  const other = others.find((it) => it.to <= part.from || part.to <= it.from);
  if (other === undefined) return;
  warnOnce(
    dataset,
    "EPOCHAL_LEAK",
    `${show(other)} and ${show(part)} of shuffled batches are no split to train and to test with: which samples they hold changes each epoch, so that soon most were in both. Split the samples, then make batches of each part: const { train, test } = split(dataset, { test: 0.2 }) of epochal/data; batches(train, { batchSize, shuffle: true }).`,
  );
}

/** Where a sequence lies in shuffled batches, batch for batch; undefined if it does not. */
function partOf(sequence: object): Part | undefined {
  if (sequence instanceof MapSequence) return partOf(sequence.source);
  if (!(sequence instanceof BatchSequence)) return bySlice.get(sequence);
  const { dataset, batchSize, length } = sequence;
  return shuffles(sequence) ? { dataset, batchSize, from: 0, to: length * batchSize } : undefined;
}

function shuffles({ shuffle, sampler }: BatchSequence<unknown, unknown>): boolean {
  const { shuffle: own } = (sampler ?? {}) as { readonly shuffle?: unknown };
  return shuffle || own === true || sampler instanceof RandomSampler;
}

function show({ from, to, batchSize }: Part): string {
  return `batches ${from / batchSize} to ${to / batchSize - 1}`;
}
