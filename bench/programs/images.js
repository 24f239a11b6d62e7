/** epochal over JPEG files, as its README writes it; `--lease 1` gives each batch back once it was used. */
import { DataLoader, release } from "epochal";
import { labels, options, paths, race, workersOf } from "./bench.js";
import { Images } from "./images-sequence.js";

const defaults = { data: "", items: 1000, size: 200, workers: "2", step: 0, lease: 0 };
const { data, items, size, workers, step, lease } = options(defaults);
const images = new Images(paths(data, items), labels(items), 32, size);
const loader = new DataLoader(images, { workers: workersOf(workers) });

async function* epoch() {
  for await (const batch of loader) {
    yield batch[0].data;
    if (lease) release(batch);
  }
}

await race(epoch, { items, size, step, packages: ["epochal", "@julusian/jpeg-turbo"] });
await loader.close();
