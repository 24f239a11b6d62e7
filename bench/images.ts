/**
 * Images of every format, size and use: a table of works, and the same question of each. Peers come in the best form
 * that is known of each; `photos` and `cifar` ask of JPEG files at large, with every form beside the others.
 */
import { folderOf, type Kind, make } from "./harness/files.ts";
import { ahead, bare, bareAccurate, oursName } from "./harness/images.ts";
import { data, native, node, type Options, python, quick } from "./harness/programs.ts";
import type { Contestant, Question } from "./harness/race.ts";

/** One line of the table. */
interface Work {
  /** What becomes what. */
  readonly what: string;
  /** Which files are made for it; the photographs themselves unless told. */
  readonly files?: Kind;
  readonly options: Options;
  /** How many images of an epoch. */
  readonly items: number;
  readonly peers: readonly Peer[];
  /** How many times as fast as the best of the peers whose names hold this. */
  readonly wanted: Readonly<Record<string, number>>;
  readonly notes?: string;
}

/** A peer, given the options that all have. */
type Peer = (options: Options) => Contestant;

const torch =
  (name: string, decoder: string, modules?: "opencv5"): Peer =>
  (options) =>
    python(name, "torch", "torch_images", { ...options, decoder, workers: 2 }, modules);
const tensorflow =
  (name: string, more: Options = {}): Peer =>
  (options) =>
    python(name, "tensorflow", "keras_images", { ...options, ...more });
const c =
  (name: string, more: Options): Peer =>
  (options) =>
    native(name, "bare", ["jpeg"], { ...options, ...more, threads: 2 });

const pillow = torch("Pillow", "pillow");
const torchvision = torch("torchvision", "torchvision");
const torchvisionOnPillow = torch("torchvision on Pillow", "pil");
const openCVLinear = [
  torch("OpenCV 4 linear", "cv2-linear"),
  torch("OpenCV 5 linear", "cv2-linear", "opencv5"),
];
const openCVArea = torch("OpenCV 5 area", "cv2-area", "opencv5");
const openCV = [...openCVLinear, openCVArea];
const reducedOpenCV = [
  torch("OpenCV 5 reduced, linear", "cv2-linear-reduced8", "opencv5"),
  torch("OpenCV 5 reduced, area", "cv2-area-reduced8", "opencv5"),
];
const tfData = tensorflow("tf.data");
const sharp: Peer = (options) => node("sharp alone", "sharp", options);
const turbo = [c(bare, { dct: "fast" }), c(bareAccurate, { dct: "accurate" })];

const photograph = "500 × 375";
const small = "32 × 200 × 200 × 3 float32";

const works = {
  png28: {
    what: "grey PNG files of 28 × 28 (2,000 of them, over and over) a second become batches of 32 × 28 × 28 × 1 float32",
    files: "png28",
    options: { size: 28, channels: 1 },
    items: 16_000,
    peers: [...openCVLinear, pillow, torchvision, tfData],
    wanted: { "": 2 },
  },
  png: {
    what: `PNG files (${photograph}) a second become batches of ${small}`,
    files: "png",
    options: { size: 200 },
    items: 2_048,
    peers: [...openCV, pillow, torchvision, tfData, sharp],
    wanted: { "": 1.4 },
  },
  webp: {
    what: `WebP files (${photograph}, lossy) a second become batches of ${small}`,
    files: "webp",
    options: { size: 200 },
    items: 2_048,
    peers: [...openCV, pillow, torchvision, tfData, sharp],
    wanted: { "": 0.95 },
  },
  jpeg12mp: {
    what: "JPEG files of 12 megapixels (4000 × 3000, 1.6 MB) a second become batches of 32 × 224 × 224 × 3 float32",
    files: "jpeg12mp",
    options: { size: 224 },
    items: 256,
    peers: [
      ...reducedOpenCV,
      openCVArea,
      torch("Pillow draft", "pillow-draft"),
      torchvision,
      tensorflow("tf.data, ratio 8", { ratio: 8 }),
      sharp,
      c("bare libjpeg-turbo in C at an eighth, fast DCT", { dct: "fast", shrink: 1 }),
      c("bare libjpeg-turbo in C at an eighth, accurate DCT", { dct: "accurate", shrink: 1 }),
    ],
    wanted: { "": 1.3 },
    notes:
      "_reduced_, _draft_, _ratio 8_ and _at an eighth_: libjpeg decodes 500 × 375, and that is resized.",
  },
  progressive: {
    what: `progressive JPEG files (${photograph}) a second become batches of ${small}`,
    files: "progressive",
    options: { size: 200 },
    items: 2_048,
    peers: [...openCV, pillow, torchvision, tfData, sharp, ...turbo],
    wanted: { "": 1.4 },
  },
  crop: {
    what: `photographs (${photograph}, 110 kB) a second become random parts of them, 224 × 224, mirrored half of the time and normalised`,
    options: { size: 224, work: "crop" },
    items: 2_048,
    peers: [
      ...openCV,
      torch("Pillow, box", "pillow"),
      torchvisionOnPillow,
      torchvision,
      tfData,
      tensorflow("tf.data, no antialias", { antialias: 0 }),
    ],
    wanted: { OpenCV: 1.5, Pillow: 2 },
    notes:
      "The part is that of torchvision's RandomResizedCrop: 8 to 100 % of the area, an aspect of 3/4 to 4/3. _box_: Pillow's resize reads the part in place. tf.data decodes the blocks of the part alone (`decode_and_crop_jpeg`).",
  },
  affine: {
    what: `photographs (${photograph}, 110 kB) a second are resized to 224 × 224, then turned by up to 15°, scaled by up to a tenth and moved by up to a tenth`,
    options: { size: 224, work: "affine" },
    items: 2_048,
    peers: [
      ...openCVLinear,
      torchvisionOnPillow,
      torchvision,
      tfData,
      tensorflow("tf.data, Keras layers", { loader: "layers" }),
    ],
    wanted: { "": 1 },
    notes:
      "All interpolate linearly and fill with 0. tf.data takes ImageProjectiveTransformV3 over a batch; Keras' layers (RandomRotation, RandomZoom, RandomTranslation) are three passes.",
  },
  jitter: {
    what: `photographs (${photograph}, 110 kB) a second are resized to 224 × 224, then jittered in brightness, contrast, saturation (0.4 each) and hue (0.1)`,
    options: { size: 224, work: "jitter" },
    items: 2_048,
    peers: [
      ...openCVLinear,
      torchvisionOnPillow,
      torchvision,
      tfData,
      tensorflow("tf.data, Keras layers", { loader: "layers" }),
    ],
    wanted: { "": 1 },
    notes:
      "torchvision's ColorJitter, TensorFlow's `random_brightness`, `random_contrast`, `random_saturation` and `random_hue`, and Keras' RandomColorJitter; OpenCV by tables of 256, as albumentations does it. They draw alike, not the same.",
  },
} satisfies Record<string, Work>;

/** A question for each. */
export const questions: Readonly<Record<string, Question>> = Object.fromEntries(
  Object.entries(works).map(([name, work]) => [name, questionOf(work)]),
);

function questionOf({ what, files, options, items, peers, wanted, notes }: Work): Question {
  const given = {
    ...options,
    data: files ? folderOf(files) : data("imagenet-sample"),
    items: quick ? Math.ceil(items / 8) : items,
  };
  const ours = oursName(2);
  const beside = peers.map((peer) => peer(given));
  // The program in C is a limit and no peer: it has no order and hands nothing over.
  const names = beside.map(({ name }) => name).filter((name) => !name.startsWith("bare"));
  return {
    question: `How many ${what}?`,
    unit: "img/s",
    better: "more",
    // What is random is not the same for all.
    pixels: options.work === undefined,
    rounds: 3,
    baseline: ours,
    contestants: [node(ours, "images", { ...given, workers: 2 }), ...beside],
    ...(files ? { prepare: () => make(files) } : {}),
    claims: (...figures) =>
      Object.entries(wanted).flatMap(([peer, atLeast]) => {
        const those = names.filter((name) => name.includes(peer));
        return ahead(`the best ${peer || "peer"}`, those, atLeast)(...figures);
      }),
    notes: `An epoch, after one in which workers start and V8 compiles. Two workers each: processes for PyTorch, threads for the others; tf.data takes what it finds best.${notes ? ` ${notes}` : ""}`,
  };
}
