/** What looks at batches cost; bench/inspect.ts says more. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { DataLoader } from "../../dist/index.js";
import { helloOf } from "../../dist/inspect/options.js";
import { PageServer } from "../../dist/inspect/server.js";
import { Looks, lookAt } from "../../dist/inspect/snapshot.js";
import { LoaderWatch } from "../../dist/inspect/watch.js";
import { empty, tensor } from "../../dist/tensor/tensor.js";
import { labels, paths } from "./bench.js";
import { Images } from "./images-sequence.js";

const data = new URL("../../../shared/data/", import.meta.url).pathname;
const quick = process.env.BENCH_QUICK === "1";

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const show = (value) => value.toFixed(value < 1 ? 3 : 2);

/** A client that takes all that it is sent, and nothing else. */
const client = `
  const [url] = process.argv.slice(1);
  const { origin, hash } = new URL(url);
  fetch(origin + "/stream", { headers: { authorization: "Bearer " + hash.slice(1) } }).then(async ({ body }) => {
    console.log("looks");
    for await (const _ of body);
  });`;

function lookTimes() {
  console.log(
    "A look, in ms of processor time: the first five, then median, 9 of 10, and the longest of a hundred",
  );
  for (const [name, shape, dtype] of [
    ["CIFAR-10", [32, 32, 32, 3], "uint8"],
    ["photographs", [32, 200, 200, 3], "float32"],
    ["large", [256, 224, 224, 3], "float32"],
  ]) {
    const images = empty(shape, dtype);
    for (let i = 0; i < images.data.length; i++) images.data[i] = (i * 31) % 251;
    const batch = [images, tensor(labels(shape[0]), "int32")];
    const looks = new Looks();
    const times = [];
    let last;
    for (let i = 0; i < 105; i++) {
      const began = process.cpuUsage();
      looks.take((effort) => {
        last = lookAt(batch, { epoch: 0, index: i }, effort);
        return Buffer.byteLength(JSON.stringify(last));
      });
      const { user, system } = process.cpuUsage(began);
      times.push((user + system) / 1000);
    }
    const first = times.slice(0, 5);
    const rest = times.slice(5).sort((a, b) => a - b);
    const [view] = last.leaves[0].samples;
    console.log(
      `  ${name.padEnd(12)} ${first.map(show).join(" ")}; ${show(rest[50])} ${show(rest[90])} ${show(rest[99])}; ${last.leaves[0].samples.length} pictures, step ${view.step}, ${last.leaves[0].values.sampled} values`,
    );
  }
}

async function pageCosts(name, { folder, size, items, workers }) {
  const sequence = new Images(paths(`${data}${folder}`, items), labels(items), 32, size);
  const loader = new DataLoader(sequence, { workers });
  const epoch = async () => {
    const began = process.cpuUsage();
    let batches = 0;
    for await (const _ of loader) batches++;
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000 / batches;
  };
  await epoch();
  const costs = { alone: [], watched: [], looked: [] };
  for (let round = 0; round < (quick ? 1 : 12); round++) {
    costs.alone.push(await epoch());
    const watch = new LoaderWatch(loader);
    const server = await PageServer.start({
      watch,
      hello: helloOf(loader, {}, true),
      assets: { html: "", js: "", css: "" },
      port: 0,
    });
    costs.watched.push(await epoch());
    const page = spawn(process.execPath, ["-e", client, server.url], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(page.stdout, "data");
    costs.looked.push(await epoch());
    watch.stop();
    await server.close();
    await once(page, "exit");
  }
  await loader.close();
  const ratio = (of) => median(costs.alone.map((cost, i) => cost / costs[of][i]));
  console.log(
    `  ${name.padEnd(24)} ${show(median(costs.alone))} ms; speed ${show(ratio("watched"))} without a page, ${show(ratio("looked"))} with one`,
  );
}

lookTimes();
console.log("Processor time a batch, and speed by it beside that of a loader that nobody looks at");
await pageCosts("CIFAR-10, inline", {
  folder: "cifar10/train",
  size: 32,
  items: quick ? 320 : 16_000,
  workers: 0,
});
await pageCosts("CIFAR-10, 2 threads", {
  folder: "cifar10/train",
  size: 32,
  items: quick ? 320 : 16_000,
  workers: 2,
});
await pageCosts("photographs, 2 threads", {
  folder: "imagenet-sample",
  size: 200,
  items: quick ? 64 : 800,
  workers: 2,
});
