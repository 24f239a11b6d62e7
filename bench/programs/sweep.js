/** One setting of workers beside a sweep of fixed ones, all in one process, an epoch of each in turn. */
import { DataLoader, RandomSampler } from "epochal";
import { Batches } from "./batches-sequence.js";
import { labels, options, paths, report, workersOf } from "./bench.js";
import { Images } from "./images-sequence.js";
import { InMemory } from "./inmemory-sequence.js";

const { candidate, beside, workload, data, size, count, rounds, warm } = options({
  candidate: "auto",
  beside: "0,1,2,3",
  workload: "",
  data: "",
  size: 0,
  count: 0,
  rounds: 30,
  warm: 3000,
});

const workloads = {
  images: () => new Images(paths(data, count), labels(count), 32, size),
  batches: () => new Batches(count, size),
  inmemory: () => new InMemory(new Uint8Array(count * 784), new Uint8Array(count), 128),
};
const sequence = workloads[workload]();

const fixed = beside
  .split(",")
  .flatMap((workers) => [2, 10].map((maxQueueSize) => ({ workers: Number(workers), maxQueueSize })));
const tried = { workers: workersOf(candidate), ...(candidate === "auto" && { maxQueueSize: "auto" }) };
const loaders = [tried, ...fixed].map((setting) => ({
  setting,
  loader: new DataLoader(sequence, setting),
  times: [],
}));

async function epoch({ loader }) {
  const started = performance.now();
  for await (const _ of loader);
  return performance.now() - started;
}

// Workers compile their code while they run, and "auto" settles.
for (const each of loaders) for (let spent = 0; spent < warm; ) spent += await epoch(each);

// Each round has an order of its own: how fast a loader is depends on which one ran before it (measured, 15 %: always
// after the one with most workers).
const shuffled = new RandomSampler(loaders.length);
for (let round = 0; round < rounds; round++) {
  const at = shuffled.order({ seed: 1, epoch: round });
  for (let i = 0; i < loaders.length; i++) {
    const each = loaders[at(i)];
    each.times.push(await epoch(each));
  }
}
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
const timeOf = ({ times }, part) => median(times.filter((_, round) => round % 2 === part));

// The best setting is found in one half of the rounds and compared in the other, as the best of many is also the luckiest.
const [measured, ...others] = loaders;
const best = others.reduce((a, b) => (timeOf(b, 0) < timeOf(a, 0) ? b : a));
report((100 * timeOf(best, 1)) / timeOf(measured, 1), {
  details: {
    chose: `${measured.loader.stats().workers} workers`,
    best: `${best.setting.workers} workers, queue ${best.setting.maxQueueSize}`,
  },
  packages: ["epochal"],
});
for (const { loader } of loaders) await loader.close();
