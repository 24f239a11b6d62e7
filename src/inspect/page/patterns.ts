/** What bars look like: a colour and a pattern each, so that nobody need tell colours apart. */
import type { Palette } from "./canvas.tsx";

/** What a bar, or a part of one, stands for. */
export type Kind = "start" | "own" | "read" | "decode" | "waited" | "wait" | "consume" | "queue";

/** The kinds in the order of the legend, in words. */
export const kinds: readonly (readonly [kind: Kind, words: string])[] = [
  ["start", "start"],
  ["read", "read"],
  ["decode", "decode"],
  ["own", "own code"],
  ["waited", "waiting in getItem (height: its share)"],
  ["wait", "consumer waits"],
  ["consume", "consumer works"],
  ["queue", "batches ready"],
];

/** Lines of a tile of eight pixels, from and to. */
const lines: Readonly<Partial<Record<Kind, readonly (readonly [number, number, number, number])[]>>> = {
  start: [
    [2, 2, 3, 2],
    [6, 6, 7, 6],
  ],
  decode: [
    [0, 2, 8, 2],
    [0, 6, 8, 6],
  ],
  read: [
    [2, 0, 2, 8],
    [6, 0, 6, 8],
  ],
  waited: [
    [-2, 10, 10, -2],
    [-2, 2, 2, -2],
    [6, 10, 10, 6],
  ],
  wait: [
    [-2, -2, 10, 10],
    [-2, 6, 2, 10],
    [6, -2, 10, 2],
  ],
};

/** Fills rectangles as a kind looks. */
export type Fill = (kind: Kind, x: number, y: number, width: number, height: number) => void;

/** What fills rectangles in `context`, with the page's colours. */
export function filling(context: CanvasRenderingContext2D, colour: Palette): Fill {
  const styles = new Map<Kind, CanvasPattern | string>();
  const styleOf = (kind: Kind): CanvasPattern | string => {
    const known = styles.get(kind);
    if (known) return known;
    const made = lines[kind]
      ? tile(context, colour(kind), colour(`${kind}-line`), lines[kind])
      : colour(kind);
    styles.set(kind, made);
    return made;
  };
  return (kind, x, y, width, height) => {
    context.fillStyle = styleOf(kind);
    context.fillRect(x, y, width, height);
  };
}

/** A tile, of lines alone where there is no ground, twice as fine as the page's pixels. */
function tile(
  context: CanvasRenderingContext2D,
  ground: string,
  line: string,
  strokes: NonNullable<(typeof lines)[Kind]>,
): CanvasPattern {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 16;
  const on = canvas.getContext("2d")!;
  on.scale(2, 2);
  if (ground) {
    on.fillStyle = ground;
    on.fillRect(0, 0, 8, 8);
  }
  on.strokeStyle = line;
  on.lineWidth = ground ? 1.5 : 2.5;
  on.beginPath();
  for (const [fromX, fromY, toX, toY] of strokes) {
    on.moveTo(fromX, fromY);
    on.lineTo(toX, toY);
  }
  on.stroke();
  const pattern = context.createPattern(canvas, "repeat")!;
  pattern.setTransform(new DOMMatrix().scale(0.5));
  return pattern;
}
