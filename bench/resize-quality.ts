/**
 * How far from scikit-image is `resize(imread(file), [200, 200])`? Mean and worst absolute difference of values from 0
 * to 1, over a folder of photographs, for each way to antialias and each decoder.
 *
 *     node --import tsx bench/resize-quality.ts [FOLDER]
 *
 * The folder is ../shared/data/imagenet-sample by default. scikit-image runs in the Python of EPOCHAL_PEERS (see
 * peers/install.sh); without it, the differences between our own decoders are still shown.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Decoder } from "../src/image/decode/decoder.ts";
import { EncodedImage } from "../src/image/decode/encoded.ts";
import { jpegDecoder } from "../src/image/decode/jpeg.ts";
import { sharpDecoder } from "../src/image/decode/sharp.ts";
import type { Antialias } from "../src/image/index.ts";
import { foldPipeline } from "../src/image/pipeline.ts";

const size = 200;
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const folder = process.argv[2] ?? here("../../shared/data/imagenet-sample");
const files = readdirSync(folder)
  .filter((name) => /\.jpe?g$/i.test(name))
  .sort()
  .map((name) => join(folder, name));

const decoders: Record<string, Decoder> = {
  "the kernel": jpegDecoder,
  sharp: sharpDecoder,
};

async function by(decoder: Decoder, antialias: Antialias): Promise<(Float32Array | undefined)[]> {
  const pipeline = foldPipeline(
    [{ kind: "resize", size: [size, size], filter: antialias, dtype: "float32" }],
    3,
  );
  const images: (Float32Array | undefined)[] = [];
  for (const file of files) {
    const out = new Float32Array(size * size * 3);
    const request = { pipeline, orient: false, maxPixels: 1e8, row: () => out };
    images.push(
      (await decoder.decode(new EncodedImage(readFileSync(file)), request)) === "done" ? out : undefined,
    );
  }
  return images;
}

/** The images by scikit-image; undefined where it is not installed. */
function byScikitImage(): Float32Array[] | undefined {
  const python = join(process.env.EPOCHAL_PEERS ?? here("../../peers"), "tensorflow/bin/python");
  if (!existsSync(python)) return undefined;
  const { stdout, stderr, status } = spawnSync(python, [here("peers/resize_skimage.py"), String(size)], {
    input: files.join("\n"),
    maxBuffer: 2 ** 31 - 1,
  });
  if (status !== 0) throw new Error(`scikit-image failed: ${stderr}`);
  const all = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
  const each = size * size * 3;
  return files.map((_, i) => all.subarray(i * each, (i + 1) * each));
}

const theirs = byScikitImage();
if (theirs === undefined)
  console.log("scikit-image is not installed: compared with the kernel's triangle instead.");
const reference = theirs ?? (await by(jpegDecoder, "triangle"));
console.log(
  `${files.length} photographs to ${size} x ${size}, difference from ${theirs ? "scikit-image" : "the kernel"}`,
);
console.log("decoder      antialias    mean     worst image's mean   worst value");
for (const [name, decoder] of Object.entries(decoders)) {
  for (const antialias of ["triangle", "gaussian", false] as const) {
    const images = await by(decoder, antialias);
    if (images.every((image) => image === undefined)) continue; // It is not installed.
    let [sum, count, worstMean, worst] = [0, 0, 0, 0];
    for (const [i, image] of images.entries()) {
      const other = reference[i];
      if (image === undefined || other === undefined) continue;
      let total = 0;
      for (let k = 0; k < image.length; k++) {
        const difference = Math.abs(image[k]! - other[k]!);
        total += difference;
        worst = Math.max(worst, difference);
      }
      sum += total / image.length;
      count++;
      worstMean = Math.max(worstMean, total / image.length);
    }
    const cells = [(sum / count).toFixed(4), worstMean.toFixed(4), worst.toFixed(3)];
    console.log(`${name.padEnd(12)} ${String(antialias || "none").padEnd(12)} ${cells.join("     ")}`);
  }
}
