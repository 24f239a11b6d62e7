/** epochal over JPEG files, as its README writes it. */
import { DataLoader } from "epochal";
import { labels, options, paths, race } from "./bench.js";
import { Images } from "./images-sequence.js";

const { data, items, size, workers, step } = options({
  data: "",
  items: 1000,
  size: 200,
  workers: 2,
  step: 0,
});
const images = new Images(paths(data, items), labels(items), 32, size);
const loader = new DataLoader(images, { workers });

async function* epoch() {
  for await (const [x] of loader) yield x.data;
}

await race(epoch, { items, size, step, packages: ["epochal", "@julusian/jpeg-turbo"] });
await loader.close();
