/** The contestants of the image questions: everybody who turns JPEG files into float32 batches. */
import type { Contestant } from "./harness.ts";
import { native, node, type Options, python } from "./programs.ts";

/**
 * PyTorch's decoders; whether each shrinks with a filter as wide as the shrinking asks (antialiased); and whether it
 * is run with one worker and with none as well.
 */
const decoders = [
  { name: "PIL", decoder: "pil", antialiased: true, few: true },
  { name: "torchvision", decoder: "torchvision", antialiased: true, few: true },
  { name: "torchvision, no antialias", decoder: "torchvision-plain", antialiased: false },
  { name: "OpenCV 4 area", decoder: "cv2-area", antialiased: true },
  { name: "OpenCV 4 linear", decoder: "cv2-linear", antialiased: false, few: true },
  { name: "OpenCV 5 area", decoder: "cv2-area", antialiased: true, modules: "opencv5" },
  { name: "OpenCV 5 linear", decoder: "cv2-linear", antialiased: false, modules: "opencv5", few: true },
] as const satisfies readonly Decoder[];

interface Decoder {
  readonly name: string;
  readonly decoder: string;
  readonly antialiased: boolean;
  readonly few?: true;
  readonly modules?: "opencv5";
}

const torchName = ({ name }: Decoder, workers: number) => `PyTorch ${name}, ${plural(workers, "worker")}`;

/** `1 worker`, `2 workers`. */
export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Names of the PyTorch contestants with two workers or fewer. */
export function torch(quality: "antialiased" | "any"): string[] {
  return decoders
    .filter(({ antialiased }) => antialiased || quality === "any")
    .flatMap((decoder) => [0, 1, 2].map((workers) => torchName(decoder, workers)));
}

/** One PyTorch contestant. */
export function torchImages(
  name: (typeof decoders)[number]["name"],
  options: Options,
  workers: number,
): Contestant {
  const decoder: Decoder = decoders.find((each) => each.name === name)!;
  const flags = { ...options, decoder: decoder.decoder, workers };
  return python(torchName(decoder, workers), "torch", "torch_images", flags, decoder.modules);
}

/** epochal with `workers` threads. */
export function ours(options: Options, workers: number): Contestant {
  return node(`epochal, ${plural(workers, "worker")}`, "images", { ...options, workers });
}

/**
 * Everybody, on so many images: `items` for who fills both cores, `fewer` for who leaves one idle, `fewest` for who
 * needs seconds for a hundred.
 */
export function everybody(
  options: Options,
  [items, fewer, fewest]: readonly [number, number, number],
): Contestant[] {
  const keras = (name: string, flags: Options) =>
    python(name, "tensorflow", "keras_images", { ...options, ...flags });
  const all = { ...options, items };
  const part = { ...options, items: fewer };
  return [
    ours(all, 2),
    ...[1, 0].map((workers) => ours(part, workers)),
    native("bare libjpeg-turbo in C, 2 threads", "bare", ["jpeg"], { ...all, threads: 2 }),
    ...decoders.map(({ name }) => torchImages(name, all, 2)),
    ...[1, 0].flatMap((workers) =>
      decoders.filter((each) => "few" in each).map(({ name }) => torchImages(name, part, workers)),
    ),
    keras("tf.data, antialias", { items, loader: "tf.data", antialias: 1 }),
    keras("tf.data, no antialias", { items, loader: "tf.data", antialias: 0 }),
    keras("Keras PyDataset load_img, 2 processes", { items: fewer, loader: "pil", workers: 2 }),
    keras("Keras' page (skimage), 2 processes", { items: fewest, loader: "skimage", workers: 2 }),
    node("sharp alone", "sharp", part),
  ];
}
