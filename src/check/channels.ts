/**
 * Red and blue in each other's place, where that can be proven: a sequence that keeps the paths of its pictures gives them
 * as another decoder sees them.
 *
 * Nothing is guessed from how a picture looks. The first pictures of batch 0 are held against the first files of a list of
 * paths among the sequence's fields. Only where their brightness agrees, point by point, is it the same picture, and only
 * then do its colours say something; by correlation, which no scale, mean or deviation changes. All else is silence.
 */
import { imread } from "../image/imread.ts";
import { resize } from "../image/steps/resize.ts";
import { originsOf } from "../sequence/combinator.ts";
import type { Sequence } from "../sequence/sequence.ts";
import type { Finding } from "./finding.ts";
import { showPath } from "./finding.ts";
import { type BatchLeaf, leafNumbers } from "./leaves.ts";

/** Pictures that are looked at, and of them those that must prove it. */
const most = 8;
const enough = 3;

/** Correlation of the same picture, decoded and resized by two programs. */
const alike = 0.97;

/** So much less do exchanged colours correlate than right ones; of grey pictures there is no telling. */
const apart = 0.02;

/** Looks at the images of batch 0. */
export async function channelFindings(
  sequence: Sequence<unknown>,
  leaves: readonly BatchLeaf[],
): Promise<readonly Finding[]> {
  const images = leaves.filter(({ role, shape }) => role === "image" && shape.length === 4 && shape[3] === 3);
  for (const files of pathsIn(sequence)) {
    for (const leaf of images) {
      const finding = await compare(leaf, files);
      if (finding !== undefined) return [finding];
    }
  }
  return [];
}

/** Lists of paths of pictures among the fields of a sequence: of texts, or of records that have one. */
function pathsIn(sequence: Sequence<unknown>): string[][] {
  const found: string[][] = [];
  for (const origin of originsOf(sequence)) {
    for (const list of Object.values(origin).filter(Array.isArray)) {
      const paths = list.slice(0, most).map(pathOf);
      if (paths.length >= enough && paths.every((path) => path !== undefined)) found.push(paths as string[]);
    }
  }
  return found;
}

function pathOf(item: unknown): string | undefined {
  const isPath = (value: unknown): value is string =>
    typeof value === "string" && /\.(jpe?g|png|webp)$/i.test(value);
  if (isPath(item)) return item;
  return typeof item === "object" && item !== null ? Object.values(item).find(isPath) : undefined;
}

async function compare(leaf: BatchLeaf, files: readonly string[]): Promise<Finding | undefined> {
  const [rows, height, width] = leaf.shape as readonly [number, number, number];
  const numbers = leafNumbers(leaf) as ArrayLike<number> | undefined;
  if (numbers === undefined || leaf.dtype === "float16") return undefined;
  const swapped: number[] = [];
  const pixels = height * width;
  for (let row = 0; row < Math.min(rows, files.length); row++) {
    const right = await decode(files[row]!, height, width);
    if (right === undefined) return undefined;
    const judgement = judge(numbers, row * pixels * 3, right, pixels);
    // Right once is right: nothing is proven by the others.
    if (judgement === "right") return undefined;
    if (judgement === "swapped") swapped.push(row);
  }
  if (swapped.length < enough) return undefined;
  const [row] = swapped as [number];
  return {
    check: "channels",
    severity: "warning",
    path: leaf.path,
    epoch: 0,
    index: 0,
    element: [row],
    message: `${showPath(leaf.path)} has blue first: picture ${row} of batch 0 is ${files[row]} with red and blue exchanged, as are ${swapped.length} of the ${Math.min(rows, files.length)} looked at`,
    cause: "a decoder that gives blue, green, red, as OpenCV's",
    cure: "Exchange the channels when reading, or --ignore channels for a model that was trained so.",
  };
}

async function decode(file: string, height: number, width: number): Promise<ArrayLike<number> | undefined> {
  try {
    return (await resize(imread(file), [height, width]).tensor()).data as ArrayLike<number>;
  } catch {
    return undefined;
  }
}

function judge(
  ours: ArrayLike<number>,
  from: number,
  right: ArrayLike<number>,
  pixels: number,
): "right" | "swapped" | "unknown" {
  const grey = (data: ArrayLike<number>, at: number): number => data[at]! + 2 * data[at + 1]! + data[at + 2]!;
  const green = correlation(
    pixels,
    (i) => ours[from + 3 * i + 1]!,
    (i) => right[3 * i + 1]!,
  );
  const brightness = correlation(
    pixels,
    (i) => grey(ours, from + 3 * i),
    (i) => grey(right, 3 * i),
  );
  if (!(green > alike && brightness > alike)) return "unknown";
  const between = (a: number, b: number): number =>
    correlation(
      pixels,
      (i) => ours[from + 3 * i + a]!,
      (i) => right[3 * i + b]!,
    );
  const straight = Math.min(between(0, 0), between(2, 2));
  const crossed = Math.min(between(0, 2), between(2, 0));
  if (straight - crossed > apart) return "right";
  return crossed > alike && crossed - straight > apart ? "swapped" : "unknown";
}

function correlation(count: number, a: (i: number) => number, b: (i: number) => number): number {
  let [sa, sb, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [x, y] = [a(i), b(i)];
    sa += x;
    sb += y;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  const spread = Math.sqrt((aa - (sa * sa) / count) * (bb - (sb * sb) / count));
  return spread > 0 ? (ab - (sa * sb) / count) / spread : 0;
}
