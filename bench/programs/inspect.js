/** What looks at a loader cost; bench/inspect.ts says more. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { DataLoader, release } from "../../dist/index.js";
import { helloOf } from "../../dist/inspect/options.js";
import { PageServer } from "../../dist/inspect/server.js";
import { Looks, lookAt } from "../../dist/inspect/snapshot.js";
import { LoaderWatch } from "../../dist/inspect/watch.js";
import { empty, tensor } from "../../dist/tensor/tensor.js";
import { labels, options, paths, report } from "./bench.js";
import { Images } from "./images-sequence.js";

const quick = process.env.BENCH_QUICK === "1";
const { folder, size, items, workers } = options({ folder: "", size: 32, items: 0, workers: 0 });
const files = paths(new URL(`../../../shared/data/${folder}`, import.meta.url).pathname, items);
const loader = new DataLoader(new Images(files, labels(items), 32, size), { workers });

const sorted = (values) => values.toSorted((a, b) => a - b);
const median = (values) => sorted(values)[values.length >> 1];
/** Milliseconds of this program alone, without the page's, and finer than hundredths of a second: a look takes three. */
const ownTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** What a batch costs in a few epochs, after a second in which a page's program that was just started comes to rest. */
async function cost() {
  await pause(1000);
  const began = ownTime();
  let batches = 0;
  for (let epoch = 0; epoch < 2; epoch++) {
    for await (const batch of loader) {
      batches++;
      release(batch);
    }
  }
  return (ownTime() - began) / batches;
}

/** Takes all that it is sent, and does nothing else. */
const client = `
  const { origin, hash } = new URL(process.argv[1]);
  fetch(origin + "/stream", { headers: { authorization: "Bearer " + hash.slice(1) } }).then(async ({ body }) => {
    console.log("looks");
    for await (const _ of body);
  });`;

async function watched(looks) {
  const watch = new LoaderWatch(loader);
  const hello = helloOf(loader, {}, true);
  const server = await PageServer.start({ watch, hello, assets: { html: "", js: "", css: "" }, port: 0 });
  const page =
    looks && spawn(process.execPath, ["-e", client, server.url], { stdio: ["ignore", "pipe", "inherit"] });
  if (page) await once(page.stdout, "data");
  const spent = await cost();
  watch.stop();
  await server.close();
  if (page) await once(page, "exit");
  return spent;
}

/** Milliseconds of processor time of looks at a large batch, after the first few. */
function lookTimes() {
  const images = empty([256, 224, 224, 3], "float32");
  for (let i = 0; i < images.data.length; i++) images.data[i] = (i * 31) % 251;
  const batch = [images, tensor(labels(256), "int32")];
  const looks = new Looks();
  const times = [];
  for (let index = 0; index < 105; index++) {
    const began = ownTime();
    looks.take((effort) => JSON.stringify(lookAt(batch, { epoch: 0, index }, effort)));
    times.push(ownTime() - began);
  }
  return sorted(times.slice(5));
}

const looks = lookTimes();
await cost();
await watched(true);
const ways = { alone: cost, nobody: () => watched(false), page: () => watched(true), again: cost };
const rounds = [];
for (let round = 0; round < (quick ? 1 : 6); round++) {
  const costs = {};
  // There and back: what a machine grows slower or faster by is shared by all.
  const order = Object.keys(ways);
  for (const way of round % 2 ? order.reverse() : order) costs[way] = await ways[way]();
  rounds.push(costs);
}
await loader.close();
const costsOf = (...of) => median(rounds.flatMap((costs) => of.map((way) => costs[way])));
const speed = (of) => (100 * costsOf("alone", "again")) / costsOf(of);
report(speed("page"), {
  details: {
    "without a page": speed("nobody"),
    "alone again": (100 * costsOf("alone")) / costsOf("again"),
    "ms/batch": costsOf("alone", "again"),
    "look p50": looks[50],
    p90: looks[90],
  },
  packages: ["epochal"],
});
