/** What a page does with photographs that are in its memory: by epochal, and by hand with what a browser has. */
import { DataLoader, release } from "epochal";
import { batchSize, Photos } from "./photos.js";

let files;

/** Fetches the photographs. */
globalThis.fetchAll = async (names) => {
  files = await Promise.all(
    names.map(async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer())),
  );
};

const makers = { epochal, serial, resized, decoder };

/** An epoch of so many images; the first batch in base64 where it is asked for, else the time in milliseconds. */
globalThis.epoch = async (how, { items, size, workers, lease, first }) => {
  const started = performance.now();
  let count = 0;
  for await (const batch of makers[how]({ items, size, workers, lease })) {
    if (first) return base64Of(batch);
    count += batch.length / (size * size * 3);
  }
  if (count !== items) throw new Error(`${count} images came, not ${items}`);
  return performance.now() - started;
};

let loader;

async function* epochal({ items, size, workers, lease }) {
  const worker = () => new Worker("worker.js", { type: "module" });
  // Workers stay from epoch to epoch.
  if (loader?.items !== items) {
    await loader?.close();
    loader = new DataLoader(new Photos(files, size, items), { workers, worker });
    loader.items = items;
  }
  for await (const batch of loader) {
    yield batch.data;
    if (lease) release(batch);
  }
}

/** Batches of what `pixelsOf` gives of each file, RGBA; one after the other, or those of a batch at once. */
async function* byHand({ items, size }, pixelsOf, atOnce) {
  for (let first = 0; first < items; first += batchSize) {
    const count = Math.min(batchSize, items - first);
    const batch = new Float32Array(count * size * size * 3);
    const fill = async (i) => {
      const pixels = await pixelsOf(files[(first + i) % files.length], size);
      const row = batch.subarray(i * size * size * 3, (i + 1) * size * size * 3);
      for (let from = 0, to = 0; to < row.length; from += 4, to += 3) {
        row[to] = pixels[from] / 255;
        row[to + 1] = pixels[from + 1] / 255;
        row[to + 2] = pixels[from + 2] / 255;
      }
    };
    const all = Array.from({ length: count }, (_, i) => i);
    if (atOnce) await Promise.all(all.map(fill));
    else for (const i of all) await fill(i);
    yield batch;
  }
}

let context;

/** Draws `source` on the one canvas, scaled to its size. */
function drawn(source, size) {
  context ??= new OffscreenCanvas(size, size).getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, size, size);
  source.close();
  return context.getImageData(0, 0, size, size).data;
}

const blobOf = (bytes) => new Blob([bytes], { type: "image/jpeg" });

function serial(options) {
  return byHand(options, async (bytes, size) => drawn(await createImageBitmap(blobOf(bytes)), size), false);
}

function resized(options) {
  return byHand(
    options,
    async (bytes, size) =>
      drawn(await createImageBitmap(blobOf(bytes), { resizeWidth: size, resizeHeight: size }), size),
    true,
  );
}

function decoder(options) {
  return byHand(
    options,
    async (data, size) => {
      const decoder = new ImageDecoder({ data, type: "image/jpeg" });
      const { image } = await decoder.decode();
      decoder.close();
      return drawn(image, size);
    },
    true,
  );
}

function base64Of({ buffer, byteOffset, byteLength }) {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
