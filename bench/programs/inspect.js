/** What looks at a loader cost; bench/inspect.ts says more. */
import { spawn } from "node:child_process";
import { once } from "node:events";
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
/** Milliseconds. */
const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** What a batch costs in a few epochs. */
async function cost() {
  const began = processorTime();
  let batches = 0;
  for (let epoch = 0; epoch < 3; epoch++) {
    for await (const batch of loader) {
      batches++;
      release(batch);
    }
  }
  return (processorTime() - began) / batches;
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
    const began = processorTime();
    looks.take((effort) => JSON.stringify(lookAt(batch, { epoch: 0, index }, effort)));
    times.push(processorTime() - began);
  }
  return sorted(times.slice(5));
}

const looks = lookTimes();
await cost();
await watched(true);
const rounds = [];
for (let round = 0; round < (quick ? 1 : 6); round++) {
  rounds.push({ alone: await cost(), nobody: await watched(false), page: await watched(true) });
}
await loader.close();
const speed = (of) => 100 * median(rounds.map((costs) => costs.alone / costs[of]));
report(speed("page"), {
  details: {
    "without a page": speed("nobody"),
    "ms/batch": median(rounds.map(({ alone }) => alone)),
    "look p50": looks[50],
    p90: looks[90],
  },
  packages: ["epochal"],
});
