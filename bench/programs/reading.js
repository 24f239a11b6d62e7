/** epochal over JPEG files, read by `imread` or all of a batch at once; `--cold 1` puts them out of the page cache first. */
import { execFileSync } from "node:child_process";
import { DataLoader } from "epochal";
import { labels, options, paths, report } from "./bench.js";
import { Images, ReadFirst } from "./images-sequence.js";

const { data, items, size, first, cold } = options({ data: "", items: 1000, size: 200, first: 0, cold: 0 });
const files = paths(data, items);
const images = new (first ? ReadFirst : Images)(files, labels(items), 32, size);
const loader = new DataLoader(images, { workers: 2 });

// Node has no call for it. The path of each file once, on standard input.
const evict = `import os, sys
for path in sys.stdin.read().splitlines():
    file = os.open(path, os.O_RDONLY)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)`;

const times = [];
for (let epoch = 0; epoch < 6; epoch++) {
  if (cold) execFileSync("python3", ["-c", evict], { input: [...new Set(files)].join("\n") });
  const started = performance.now();
  for await (const _ of loader);
  times.push(performance.now() - started);
}
const { perWorker } = loader.stats();
const sum = (of) => perWorker.reduce((total, worker) => total + of(worker), 0);
// The first epoch starts the workers.
const median = times.slice(1).sort((a, b) => a - b)[2];
report((1000 * items) / median, {
  details: { "% reading": Math.round((1000 * sum((w) => w.read)) / sum((w) => w.fetch)) / 10 },
  packages: ["epochal"],
});
await loader.close();
