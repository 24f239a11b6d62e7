/**
 * The picture of the README: some answers as bars, epochal beside what people use. Pure: text of results.json's figures.
 *
 * It has a ground of its own, as a page may be dark where the reader's system is light, and bars differ in length,
 * figure and name before they differ in colour.
 */
import type { Answer, Answers } from "./answer.ts";
import { number } from "./report.ts";

/** Bars under a heading. */
interface Panel {
  /** The question's name. */
  readonly asked: string;
  readonly title: string;
  readonly unit: string;
  /** Names of contestants by what the picture calls them, epochal first. */
  readonly bars: Readonly<Record<string, string>>;
}

const panels: readonly Panel[] = [
  {
    asked: "photos",
    title: "Photographs, 500 × 375 to 200 × 200",
    unit: "images a second",
    bars: {
      epochal: "epochal, 2 workers",
      "libjpeg-turbo in C": "bare libjpeg-turbo in C, accurate DCT",
      "PyTorch, OpenCV 5 ¹": "PyTorch OpenCV 5 linear, 2 workers",
      "PyTorch, torchvision": "PyTorch torchvision, 2 workers",
      "tf.data": "tf.data, antialias",
      "PyTorch, PIL": "PyTorch PIL, 2 workers",
    },
  },
  {
    asked: "cifar",
    title: "Small JPEG files, 32 × 32",
    unit: "images a second",
    bars: {
      epochal: "epochal, 2 workers",
      "libjpeg-turbo in C": "bare libjpeg-turbo in C, fast DCT",
      "PyTorch, OpenCV 5 ²": "PyTorch OpenCV 5 linear, 0 workers",
      "tf.data": "tf.data, antialias",
      "PyTorch, torchvision": "PyTorch torchvision, 2 workers",
      "PyTorch, PIL": "PyTorch PIL, 2 workers",
    },
  },
  {
    asked: "training",
    title: "Waiting for data, steps of 80 ms",
    unit: "% of a training loop",
    bars: {
      epochal: "epochal, 2 workers",
      "PyTorch, OpenCV 5 ¹": "PyTorch OpenCV 5 linear, 2 workers",
      "PyTorch, torchvision": "PyTorch torchvision, 2 workers",
      "tf.data": "tf.data, antialias",
      "PyTorch, PIL": "PyTorch PIL, 2 workers",
    },
  },
  {
    asked: "startup",
    title: "First batch of 100,000 paths",
    unit: "ms",
    bars: {
      epochal: "epochal, 2 workers",
      "PyTorch, fork ³": "PyTorch fork, 2 workers",
      "PyTorch, spawn": "PyTorch spawn, 2 workers",
      "PyTorch, forkserver": "PyTorch forkserver, 2 workers",
    },
  },
];

const notes: readonly string[] = [
  "dashed: decoding and resizing alone, in C by two threads, without order or hand-over",
  "¹ linear, so without the antialias that the others have",
  "² without workers, as it is faster so",
  "³ copies the running process: what PyTorch does on Linux before Python 3.14; elsewhere it is spawn or forkserver",
];

const width = 880;
const margin = 28;
const between = 40;
const panelWidth = (width - 2 * margin - between) / 2;
/** Names stand left of the bars, figures right of them. */
const forNames = 146;
const forFigures = 56;
const barHeight = 18;
const rowHeight = 25;
const headHeight = 54;
const top = 88;
const gap = 26;
const footHeight = 92;

/** The picture, as SVG. A contestant that has no figure, and a question without any, is left out. */
export function picture(answers: Answers): string {
  const drawn = panels.flatMap((panel) => {
    const answer = answers[panel.asked];
    const rows = answer ? rowsOf(panel, answer) : [];
    return answer && rows.length > 0 ? [{ panel, answer, rows }] : [];
  });
  const rowsHigh = drawn.reduce<number[]>((high, { rows }, i) => {
    high[i >> 1] = Math.max(high[i >> 1] ?? 0, rows.length);
    return high;
  }, []);
  const tops = rowsHigh.map((_, line) =>
    rowsHigh.slice(0, line).reduce((y, rows) => y + headHeight + rows * rowHeight + gap, top),
  );
  const height =
    rowsHigh.reduce((y, rows) => y + headHeight + rows * rowHeight + gap, top) + footHeight - gap;
  const parts = drawn.map(({ panel, answer, rows }, i) => {
    const x = margin + (i % 2) * (panelWidth + between);
    return `<g transform="translate(${x} ${tops[i >> 1]})">\n${drawPanel(panel, answer, rows)}\n</g>`;
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">epochal beside other loaders</title>`,
    `<desc id="description">${escaped(drawn.map(described).join(" "))}</desc>`,
    `<style>${style}</style>`,
    `<rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>`,
    `<text class="heading" x="${margin}" y="38">epochal beside other loaders</text>`,
    `<text class="note" x="${margin}" y="59">Two workers each; medians of <tspan class="code">npm run bench</tspan> on ${escaped(machines(drawn.map(({ answer }) => answer)))}</text>`,
    ...parts,
    ...notes.map(
      (note, i) =>
        `<text class="note" x="${margin}" y="${height - 18 * (notes.length - i)}">${escaped(note)}</text>`,
    ),
    "</svg>",
  ].join("\n")}\n`;
}

interface Bar {
  readonly name: string;
  readonly median: number;
}

/** epochal, and the others from the best on. */
function rowsOf({ bars }: Panel, { contestants, better }: Answer): Bar[] {
  const all = Object.entries(bars).flatMap(([name, contestant]) => {
    const median = contestants.find((row) => row.name === contestant)?.median;
    return median === undefined ? [] : [{ name, median }];
  });
  const sign = better === "more" ? -1 : 1;
  return all.sort((a, b) =>
    a.name === "epochal" ? -1 : b.name === "epochal" ? 1 : sign * (a.median - b.median),
  );
}

function drawPanel({ title, unit }: Panel, { better, machine }: Answer, rows: readonly Bar[]): string {
  const scale = (panelWidth - forNames - forFigures) / Math.max(...rows.map(({ median }) => median));
  return [
    `<text class="title" x="0" y="16">${escaped(title)}</text>`,
    `<text class="note" x="0" y="35">${escaped(unit)}, ${better} is better · ${escaped(processor(machine))}</text>`,
    ...rows.flatMap(({ name, median }, i) => {
      const y = headHeight - 4 + i * rowHeight;
      const length = Math.max(1.5, median * scale);
      const kind = name === "epochal" ? "ours" : name.endsWith(" in C") ? "limit" : "theirs";
      return [
        `<text class="name ${kind}" x="0" y="${y + 13}">${escaped(name)}</text>`,
        `<rect class="bar ${kind}" x="${forNames}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2"/>`,
        `<text class="figure ${kind}" x="${(forNames + length + 7).toFixed(1)}" y="${y + 13}">${number(median)}</text>`,
      ];
    }),
  ].join("\n");
}

/** The processors, and what all machines have in common. */
function machines(answers: readonly Answer[]): string {
  const cores = new Set(answers.map(({ machine }) => /\d+ cores/.exec(machine)?.[0] ?? ""));
  const names = new Set(answers.map(({ machine }) => processor(machine)));
  return `${[...names].join(" and ")}, ${[...cores].join(" and ")}`;
}

/** `Intel Xeon 2.50 GHz` of `Intel(R) Xeon(R) Processor @ 2.50GHz, 2 cores, …`. */
function processor(machine: string): string {
  return machine
    .split(",")[0]!
    .replace(/\((?:R|TM)\)| Processor| CPU| @/g, "")
    .replace(/(\d)GHz/, "$1 GHz");
}

function described({ panel, answer, rows }: { panel: Panel; answer: Answer; rows: readonly Bar[] }): string {
  const figures = rows.map(({ name, median }) => `${name} ${number(median)}`).join("; ");
  return `${panel.title}, ${panel.unit}, ${answer.better} is better: ${figures}.`;
}

const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

const style = `
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-size: 13px; fill: #1f2328; }
.ground { fill: #ffffff; stroke: #d1d9e0; }
.heading { font-size: 19px; font-weight: 600; }
.title { font-size: 15px; font-weight: 600; }
.note { font-size: 12px; fill: #59636e; }
.code { font-weight: 600; }
.figure { font-variant-numeric: tabular-nums; }
.name.ours, .figure.ours { font-weight: 700; fill: #0a5fa8; }
.bar.ours { fill: #0072b2; }
.bar.theirs { fill: #b4bcc6; }
.bar.limit { fill: none; stroke: #8b95a1; stroke-width: 1.2; stroke-dasharray: 4 3; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.ground { fill: #0d1117; stroke: #3d444d; }
.note { fill: #9198a1; }
.name.ours, .figure.ours { fill: #6cc0f2; }
.bar.ours { fill: #3fa7e0; }
.bar.theirs { fill: #5b6470; }
.bar.limit { stroke: #8b949e; }
}
`;
