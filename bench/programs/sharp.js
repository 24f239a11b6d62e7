/** sharp alone: all images of a batch at once, each to raw pixels, then to float32; the next batch starts early. */
import sharp from "sharp";
import { options, paths, race } from "./bench.js";

const { data, items, size, channels } = options({ data: "", items: 1000, size: 200, channels: 3 });
const files = paths(data, items);
// One libvips thread an image, as many images at once as there are cores: sharp's advice for many small jobs.
sharp.concurrency(1);

async function batch(from) {
  const part = files.slice(from, from + 32);
  const x = new Float32Array(part.length * size * size * channels);
  await Promise.all(
    part.map(async (file, row) => {
      const pixels = await sharp(file)
        .resize(size, size, { fit: "fill", kernel: "linear" })
        .toColourspace(channels === 1 ? "b-w" : "srgb")
        .removeAlpha()
        .raw()
        .toBuffer();
      const start = row * pixels.length;
      for (let i = 0; i < pixels.length; i++) x[start + i] = pixels[i] / 255;
    }),
  );
  return x;
}

async function* epoch() {
  let next = batch(0);
  for (let from = 32; from < items; from += 32) {
    const current = next;
    next = batch(from);
    yield await current;
  }
  yield await next;
}

await race(epoch, { items, size, channels, packages: ["sharp"] });
