/** What a loader's own statistics cost: all they do for batches of `items` images, and nothing else. */
import { beginFetch, endFetch, noteImage } from "../../dist/core/counters.js";
import { StatsKeeper } from "../../dist/loader/observe/stats.js";
import { options, report } from "./bench.js";

const { items } = options({ items: 32 });
const stats = new StatsKeeper();

const row = new ArrayBuffer(1);

// The same calls as in image/image.ts, the workers and loader/epoch.ts.
function batch() {
  stats.onAsk();
  const asked = performance.now();
  const fetch = beginFetch();
  for (let i = 0; i < items; i++) {
    const started = performance.now();
    noteImage(row, { started, loaded: performance.now(), bytes: 1000 });
  }
  const counters = endFetch(fetch, () => [row]);
  const waited = performance.now() - asked;
  stats.onWait(waited);
  stats.onBatch({ worker: "worker", counters, waited, queued: 2, bytes: 1000 });
}

for (let i = 0; i < 10_000; i++) batch();
const batches = 50_000;
const started = performance.now();
for (let i = 0; i < batches; i++) batch();
report((items * batches) / ((performance.now() - started) / 1000), { packages: ["epochal"] });
