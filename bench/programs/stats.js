/** What a loader's own statistics cost: all they do for batches of `items` images, and nothing else. */
import { counters, takeCounters } from "../../dist/core/counters.js";
import { StatsKeeper } from "../../dist/loader/observe/stats.js";
import { options, report } from "./bench.js";

const { items } = options({ items: 32 });
const stats = new StatsKeeper();

// The same calls as in bytes/source.ts, image/image.ts, worker/kinds/inline.ts and loader/epoch.ts.
function batch() {
  stats.onAsk();
  const asked = performance.now();
  for (let i = 0; i < items; i++) {
    const started = performance.now();
    counters.bytes += 1000;
    const loaded = performance.now();
    counters.readMs += loaded - started;
    counters.decodeMs += performance.now() - loaded;
    counters.images++;
  }
  counters.fetchMs += performance.now() - asked;
  const waited = performance.now() - asked;
  stats.onWait(waited);
  stats.onBatch({ worker: "worker", counters: takeCounters(), waited, queued: 2, bytes: 1000 });
}

for (let i = 0; i < 10_000; i++) batch();
const batches = 50_000;
const started = performance.now();
for (let i = 0; i < batches; i++) batch();
report((items * batches) / ((performance.now() - started) / 1000), { packages: ["epochal"] });
