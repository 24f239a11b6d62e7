/** A sequence without batches, or without a number of them, says why. */
import { expect, it } from "vitest";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { SubsetSampler } from "../../src/sampler/subset.ts";
import { batches } from "../../src/sequence/batching/batches.ts";
import { concat } from "../../src/sequence/combinators/concat.ts";
import { select } from "../../src/sequence/combinators/select.ts";
import { shard } from "../../src/sequence/combinators/shard.ts";
import { skip } from "../../src/sequence/combinators/skip.ts";
import { take } from "../../src/sequence/combinators/take.ts";
import type { Sequence } from "../../src/sequence/sequence.ts";
import { Probe } from "./probe.ts";

const dropped = () => batches(new Probe("few", 7), { batchSize: 8, dropLast: true });
const tooFew =
  /has length 0.*Its 7 samples do not fill a batch of 8, and `dropLast` leaves.*Lower `batchSize`/;
const method = () => Object.defineProperty(new Probe("few", 7), "length", { value: () => 7 });
const lengthless = () => batches({ getItem: Number } as never, { batchSize: 2 });
const few = () => new Probe("few", 5);

it.each<[string, () => Sequence<unknown>, RegExp]>([
  ["dropLast", dropped, tooFew],
  ["dropLast, within others", () => take(concat(dropped(), dropped()), 3), tooFew],
  [
    "a sampler of nothing",
    () => batches(few(), { batchSize: 2, sampler: new SubsetSampler([]) }),
    /Its sampler chooses no sample/,
  ],
  [
    "no samples",
    () => batches(new Probe("none", 0), { batchSize: 2 }),
    /Check the files or samples it was given/,
  ],
  ["no batches", () => new Probe("none", 0), /^Probe has length 0.*Check the files or samples it was given/],
  ["a length that is a method", () => method(), /got function.*Write it as a getter/],
  ["a dataset without length", () => lengthless(), /got NaN.*a dataset's own length, is no number/],
  ["none taken", () => take(few(), 0), /It leaves nothing of the 5 batches that it is made of/],
  ["all skipped", () => skip(few(), 5), /It leaves nothing of the 5 batches/],
  ["none accepted", () => select(few(), () => false), /It leaves nothing of the 5 batches/],
  ["a share of nothing", () => shard(few(), { rank: 7, worldSize: 8 }), /It leaves nothing of the 5 batches/],
])("%s", async (_, make, message) => {
  await using loader = new DataLoader(make());
  await expect(loader[Symbol.asyncIterator]().next()).rejects.toThrow(message);
});
