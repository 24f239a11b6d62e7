/**
 * What a disk cache saves: later epochs over photographs, out of rows in the page cache, beside decoding them each time,
 * and beside the same rows in numpy's memory map under PyTorch's DataLoader, which is what FFCV does at heart.
 */
import { data, node, python, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const options = { data: data("imagenet-sample"), size: 200, workers: 2 };
const items = quick ? 64 : 4000;
const cached = "epochal, diskCache()";
const decoded = "epochal, decoded each time";
const memmap = "PyTorch, numpy memmap";

export const question: Question = {
  question:
    "How many images of 200 × 200 × 3 bytes a second come, shuffled, in batches of 32, in later epochs with two workers?",
  unit: "img/s",
  better: "more",
  baseline: memmap,
  contestants: [
    node(cached, "disk-cache", { ...options, items }),
    node(decoded, "disk-cache", { ...options, items: quick ? 64 : 500, cached: 0 }),
    python(memmap, "torch", "torch_memmap", { ...options, items }),
  ],
  claims: (figure, processor) => [
    { claim: "images a second out of the cache", measured: figure(cached), atLeast: 10_000 },
    {
      claim: "processor time beside decoding",
      measured: processor(cached) / processor(decoded),
      atMost: 0.1,
    },
  ],
  notes:
    "The cache checks each row's checksum, a memory map takes it as it is. Both give bytes; rows of the memory map are random numbers. LitData, MDS and FFCV itself are not among the peers: the package indexes that were at hand had none of them.",
};
