/** Photographs in a page: what they cost the browser, by epochal and by what it has itself. */
import { data, node, type Options, quick } from "./harness/programs.ts";
import type { Contestant, Question } from "./harness/race.ts";

const page = (name: string, options: Options): Contestant =>
  node(name, "browser-images", {
    data: data("imagenet-sample"),
    items: quick ? 125 : 1000,
    size: 200,
    ...options,
  });

const ours = "epochal, inline";
const withWorkers = [1, 2].map((workers) => `epochal, ${workers} web worker${workers === 1 ? "" : "s"}`);
const byHand = {
  "createImageBitmap, one by one": "serial",
  "createImageBitmap, resized, a batch at once": "resized",
  "ImageDecoder, a batch at once": "decoder",
};

export const question: Question = {
  question:
    "What does a photograph (500 × 375, 110 kB, in memory) cost a page that makes batches of 32 × 200 × 200 × 3 float32?",
  unit: "CPU ms",
  better: "less",
  pixels: true,
  rounds: 5,
  baseline: ours,
  contestants: [
    page(ours, { how: "epochal" }),
    ...withWorkers.map((name, i) => page(name, { how: "epochal", workers: i + 1 })),
    ...[0, 1].map((workers) =>
      page(`${[ours, ...withWorkers][workers]}, released`, { how: "epochal", workers, lease: 1 }),
    ),
    ...Object.entries(byHand).map(([name, how]) => page(name, { how })),
  ],
  claims: (figure) => {
    const best = figure(...Object.keys(byHand));
    return [ours, ...withWorkers].map((name) => ({
      claim: `${name}: at most half of the best of what a browser has`,
      measured: figure(name) / best,
      atMost: 0.5,
    }));
  },
  notes:
    "Processor time an image, user and system, of all processes of a headless Chromium, over an epoch after one in which decoders are fetched, workers start and V8 compiles. By hand: `createImageBitmap` or `ImageDecoder`, drawn on one canvas of 200 × 200 that is read often (`willReadFrequently`), `getImageData`, and a loop that makes float32 of it, all as they are by default: these resize with little or no antialias. Each batch is new memory, but where it is released. Images a second are on the clock.",
};
