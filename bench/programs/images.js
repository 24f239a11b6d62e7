/** epochal over image files, as its README and docs/reference/images.md write it; `--lease 1` gives each batch back once it was used. */
import { DataLoader, release } from "epochal";
import { labels, options, paths, race, workersOf } from "./bench.js";
import { Changed } from "./changed-images.js";
import { Images } from "./images-sequence.js";

const { data, items, size, channels, work, workers, step, lease } = options({
  data: "",
  items: 1000,
  size: 200,
  channels: 3,
  work: "resize",
  workers: "2",
  step: 0,
  lease: 0,
});
const [x, y] = [paths(data, items), labels(items)];
const loader =
  work === "resize"
    ? new DataLoader(new Images(x, y, 32, size, channels), { workers: workersOf(workers) })
    : new DataLoader(new Changed(x, y, size, work), { workers: workersOf(workers), batchSize: 32 });

async function* epoch() {
  for await (const batch of loader) {
    yield batch[0].data;
    if (lease) release(batch);
  }
}

await race(epoch, { items, size, channels, step, packages: ["epochal", "sharp"] });
await loader.close();
