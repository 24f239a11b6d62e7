/** Piscina as its README writes it, with as many tasks ahead as our queue holds, awaited in order. */
import { Piscina } from "piscina";
import { options, rateOfBatches } from "./bench.js";

const { bytes, count, workers } = options({ bytes: 4, count: 1000, workers: 2 });
const pool = new Piscina({
  filename: new URL("./piscina-task.js", import.meta.url).href,
  minThreads: workers,
  maxThreads: workers,
});
const ahead = 10;

async function* epoch() {
  const pending = [];
  for (let index = 0; index < count; index++) {
    pending.push(pool.run({ index, bytes }));
    if (pending.length > ahead) yield await pending.shift();
  }
  for (const batch of pending) yield await batch;
}

await rateOfBatches(epoch, { bytes, count, packages: ["piscina"] });
await pool.destroy();
