/** epochal choosing for itself beside a sweep of fixed settings, all in one process, an epoch of each in turn. */
import { DataLoader } from "epochal";
import { Batches } from "./batches-sequence.js";
import { labels, options, paths, report } from "./bench.js";
import { Images } from "./images-sequence.js";
import { InMemory } from "./inmemory-sequence.js";

const { workload, data, size, count, rounds } = options({
  workload: "",
  data: "",
  size: 0,
  count: 0,
  rounds: 9,
});

const workloads = {
  images: () => new Images(paths(data, count), labels(count), 32, size),
  batches: () => new Batches(count, size),
  inmemory: () => new InMemory(new Uint8Array(count * 784), new Uint8Array(count), 128),
};
const sequence = workloads[workload]();

const fixed = [0, 1, 2, 3].flatMap((workers) => [2, 10].map((maxQueueSize) => ({ workers, maxQueueSize })));
const loaders = [{ workers: "auto", maxQueueSize: "auto" }, ...fixed].map((setting) => ({
  setting,
  loader: new DataLoader(sequence, setting),
  times: [],
}));

// The first rounds start the workers and let "auto" settle. Each round begins with another loader, as it finds the
// memory in another state than the rest.
const warm = 3;
for (let round = 0; round < warm + rounds; round++) {
  for (const i of loaders.keys()) {
    const { loader, times } = loaders[(i + round) % loaders.length];
    const started = performance.now();
    for await (const _ of loader);
    if (round >= warm) times.push(performance.now() - started);
  }
}
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
const [auto, ...others] = loaders.map(({ setting, loader, times }) => ({
  ...setting,
  time: median(times),
  now: loader.stats().workers,
}));
const best = others.reduce((a, b) => (b.time < a.time ? b : a));
report((100 * best.time) / auto.time, {
  details: { chose: `${auto.now} workers`, best: `${best.workers} workers, queue ${best.maxQueueSize}` },
  packages: ["epochal"],
});
for (const { loader } of loaders) await loader.close();
