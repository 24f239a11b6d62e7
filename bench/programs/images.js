/** epochal over JPEG files, as its README writes it. */
import { DataLoader } from "epochal";
import { imagesPerSecond, labels, options, paths } from "./bench.js";
import { Images } from "./images-sequence.js";

const { data, items, size, workers, queue } = options({
  data: "",
  items: 1000,
  size: 200,
  workers: 2,
  queue: 10,
});
const images = new Images(paths(data, items), labels(items), 32, size);
await using loader = new DataLoader(images, { workers, maxQueueSize: queue });

async function* epoch() {
  for await (const [x] of loader) yield x.data;
}

await imagesPerSecond(epoch, { items, size, packages: ["epochal", "@julusian/jpeg-turbo"] });
