/**
 * What does one image cost, by each decoder and to the end of its row of the batch?
 *
 *     node --import tsx bench/decode.ts [FOLDER] [SIZE] [FILES]
 *
 * Each file in memory goes through each decoder in turn, ten times; the least processor time of each counts, so that
 * other work on the machine matters little. `npm run bench -- photos cifar` ask the whole loader.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import turbo from "@julusian/jpeg-turbo";
import { EncodedImage } from "../src/image/decode/encoded.ts";
import { jpegDecoder } from "../src/image/decode/jpeg.ts";
import { render } from "../src/image/decode/render.ts";
import { foldPipeline } from "../src/image/pipeline.ts";

const folder =
  process.argv[2] ?? fileURLToPath(new URL("../../shared/data/imagenet-sample", import.meta.url));
const size = Number(process.argv[3] ?? 200);
const files = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((name) => /\.jpe?g$/i.test(name))
  .sort()
  .slice(0, Number(process.argv[4] ?? 125))
  .map((name) => readFileSync(`${folder}/${name}`));

const pipeline = foldPipeline(
  [{ kind: "resize", size: [size, size], filter: "triangle", dtype: "float32" }],
  3,
);
const out = new Float32Array(size * size * 3);
const request = { pipeline, orient: true, maxPixels: 1e8, row: () => out };
// The clock of processor time has steps of a microsecond: small images are decoded several times.
const repeats = size < 100 ? 20 : 1;

/** libjpeg-turbo, and our resize. */
function decodeByTurbo({ bytes }: EncodedImage): void {
  const { data, height, width } = turbo.decompressSync(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    { format: turbo.FORMAT_RGB },
  );
  render(data, height, width, 3, request);
}
const decoders = Object.entries({
  epochal: (file: EncodedImage) => jpegDecoder.decode(file, request),
  "@julusian/jpeg-turbo": decodeByTurbo,
});
const least = decoders.map(() => files.map(() => Number.POSITIVE_INFINITY));
for (let round = 0; round < 10; round++) {
  for (const [i, bytes] of files.entries()) {
    for (const [d, [, decode]] of decoders.entries()) {
      const before = process.cpuUsage();
      for (let n = 0; n < repeats; n++) decode(new EncodedImage(bytes));
      const { user, system } = process.cpuUsage(before);
      least[d]![i] = Math.min(least[d]![i]!, (user + system) / repeats);
    }
  }
}
const bytes = files.reduce((sum, file) => sum + file.length, 0) / files.length;
console.log(
  `${files.length} files of ${Math.round(bytes)} bytes to ${size} x ${size} x 3 float32, one thread, processor time`,
);
for (const [d, [name]] of decoders.entries()) {
  const mean = least[d]!.reduce((a, b) => a + b) / files.length;
  console.log(`${name.padEnd(22)} ${mean.toFixed(1).padStart(8)} µs   ${Math.round(1e6 / mean)} images/s`);
}
