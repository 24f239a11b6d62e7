/** The contestants of the image questions: everybody who turns JPEG files into float32 batches. */
import { native, node, type Options, python } from "./programs.ts";
import type { Claim, Contestant, Figure } from "./race.ts";

interface Decoder {
  readonly name: string;
  readonly decoder: string;
  /** Whether it shrinks with a filter as wide as the shrinking asks. */
  readonly antialiased: boolean;
  readonly modules?: "opencv5";
}

/** PyTorch's decoders, each with the resize that its users take first. */
const decoders: readonly Decoder[] = [
  { name: "PIL", decoder: "pil", antialiased: true },
  { name: "torchvision", decoder: "torchvision", antialiased: true },
  { name: "OpenCV 4 linear", decoder: "cv2-linear", antialiased: false },
  { name: "OpenCV 5 linear", decoder: "cv2-linear", antialiased: false, modules: "opencv5" },
];

/** Those that are also shown with one worker and with none. */
const fewerWorkers = decoders.filter(({ name }) => name === "torchvision" || name === "OpenCV 5 linear");

/** The same with their other resize. */
const otherDecoders: readonly Decoder[] = [
  { name: "torchvision, no antialias", decoder: "torchvision-plain", antialiased: false },
  { name: "OpenCV 4 area", decoder: "cv2-area", antialiased: true },
  { name: "OpenCV 5 area", decoder: "cv2-area", antialiased: true, modules: "opencv5" },
];

const torchName = ({ name }: Decoder, workers: number) => `PyTorch ${name}, ${plural(workers, "worker")}`;

/** `1 worker`, `2 workers`. */
export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Names of the PyTorch contestants with two workers or fewer. */
export function torch(quality: "antialiased" | "any"): string[] {
  return [...decoders, ...otherDecoders]
    .filter(({ antialiased }) => antialiased || quality === "any")
    .flatMap((decoder) => [0, 1, 2].map((workers) => torchName(decoder, workers)));
}

/** PyTorch with each of its decoders. */
export function torchImages(
  options: Options,
  workers: number,
  which: readonly Decoder[] = decoders,
): Contestant[] {
  return which.map((decoder) =>
    python(
      torchName(decoder, workers),
      "torch",
      "torch_images",
      { ...options, decoder: decoder.decoder, workers },
      decoder.modules,
    ),
  );
}

/** epochal with so many threads, or as many as it finds best. */
export function ours(options: Options, workers: number | "auto"): Contestant {
  return node(oursName(workers), "images", { ...options, workers });
}

/** The name of that contestant. */
export function oursName(workers: number | "auto"): string {
  return `epochal, ${typeof workers === "number" ? plural(workers, "worker") : 'workers: "auto"'}`;
}

/** That epochal with two workers is so many times as fast as the best of some, on the clock and in processor time. */
export function ahead(
  best: string,
  names: readonly string[],
  atLeast: number,
): (figure: Figure, processor: Figure) => readonly Claim[] {
  const ours = oursName(2);
  const claim = `at least ${atLeast} × ${best}`;
  return (figure, processor) => [
    { claim, measured: figure(ours) / figure(...names), atLeast },
    { claim: `${claim}, in processor time`, measured: processor(...names) / processor(ours), atLeast },
  ];
}

/** The limit: two threads in C, with the faster inverse DCT. */
export const bare = "bare libjpeg-turbo in C, fast DCT";

/** The same with the inverse DCT that most others use. */
export const bareAccurate = "bare libjpeg-turbo in C, accurate DCT";

/** How many images each takes. */
export interface Items {
  /** Who fills both cores. */
  readonly items: number;
  /** Who leaves one idle. */
  readonly fewer: number;
  /** Who needs seconds for a hundred. */
  readonly fewest: number;
}

/** Everybody in the setting that suits them best. */
export function everybody(options: Options, { items, fewer, fewest }: Items): Contestant[] {
  const all = { ...options, items };
  const part = { ...options, items: fewer };
  return [
    ours(all, 2),
    node("epochal, 2 workers, released", "images", { ...all, workers: 2, lease: 1 }),
    ...[1, 0].map((workers) => ours(part, workers)),
    native(bare, "bare", ["jpeg"], { ...all, threads: 2, dct: "fast" }),
    ...torchImages(all, 2),
    keras("tf.data, antialias", { ...all, loader: "tf.data", antialias: 1 }),
    keras("Keras' page (skimage), 2 processes", { ...options, items: fewest, loader: "skimage", workers: 2 }),
    node("sharp alone", "sharp", part),
  ];
}

/** Those of {@link everybody} in their other settings: resize, number of workers, decoder. */
export function variants(options: Options, { items, fewer }: Items): Contestant[] {
  const all = { ...options, items };
  const part = { ...options, items: fewer };
  return [
    native(bareAccurate, "bare", ["jpeg"], {
      ...all,
      threads: 2,
      dct: "accurate",
    }),
    ...torchImages(all, 2, otherDecoders),
    ...[1, 0].flatMap((workers) => torchImages(part, workers, fewerWorkers)),
    keras("tf.data, no antialias", { ...all, loader: "tf.data", antialias: 0 }),
    keras("Keras PyDataset load_img, 2 processes", { ...part, loader: "pil", workers: 2 }),
  ];
}

function keras(name: string, options: Options): Contestant {
  return python(name, "tensorflow", "keras_images", options);
}
