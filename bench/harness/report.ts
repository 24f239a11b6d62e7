/** Answers as text: the table of a question, its claims, and RESULTS.md. Pure; printing is the caller's. */
import type { Answer, Answers, Row, Spread } from "./answer.ts";

/** A table in Markdown, its columns aligned so that it reads well on a terminal too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => [...row[column]!].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? pad(cell, widths[i]!) : padLeft(cell, widths[i]!))).join(" | ")} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? `:${"-".repeat(width + 1)}` : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

const gap = (text: string, width: number) => " ".repeat(Math.max(0, width - [...text].length));
const pad = (text: string, width: number) => text + gap(text, width);
const padLeft = (text: string, width: number) => gap(text, width) + text;

/** A figure with three digits that count. */
export function number(value: number): string {
  if (Number.isNaN(value)) return "—";
  const digits =
    Math.abs(value) >= 100 || value === 0 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, digits === 0 ? "," : "");
}

/** The section of a question: what is asked, the table, what must be shown, versions; and a caveat, if there is one. */
export function section(name: string, answer: Answer): string {
  const { question, unit, better, rounds, baseline, contestants, caveat, notes, claims } = answer;
  const hasProcessor = contestants.some(({ processor }) => processor);
  const hasPixels = contestants.some(({ pixels }) => pixels);
  const hasDetails = contestants.some(({ besides }) => besides);
  const head = [
    "",
    unit,
    "min – max",
    "÷ baseline",
    ...(hasProcessor ? ["CPU ms", "min – max", "÷ baseline"] : []),
    ...(hasPixels ? ["pixels: mean, max"] : []),
    ...(hasDetails ? ["besides"] : []),
  ];
  const rows = contestants.map((row) => [
    row.name,
    ...spread(row, row.missing),
    ...(hasProcessor ? spread(row.processor) : []),
    ...(hasPixels ? [row.pixels ? `${row.pixels.mean.toFixed(4)}, ${row.pixels.max.toFixed(2)}` : "—"] : []),
    ...(hasDetails ? [besidesOf(row)] : []),
  ]);
  const parts = [
    `## ${name}`,
    `${question} (${unit}, ${better} is better; median of ${rounds} alternating ${rounds === 1 ? "round" : "rounds"}; baseline: ${baseline}; \`npm run bench -- ${name}\`)`,
    table(head, rows),
    ...(caveat ? [`**${caveat}**`] : []),
    ...(hasProcessor ? [processorNote] : []),
    ...(notes ? [notes] : []),
    ...(claims.length > 0 ? [claims.map(verdict).join("\n")] : []),
    `Machine: ${answer.machine}.${answer.measured ? ` Measured on ${answer.measured}.` : ""}`,
    `Versions: ${answer.versions.join(", ")}.`,
  ];
  return parts.join("\n\n");
}

const processorNote =
  "CPU ms: processor time an item, user and system, of all threads and processes; other work on the machine changes it little.";

/** Three cells: the median, the extremes, and the median beside the baseline's; where there are no figures, why. */
function spread({ median, min, max, ratio }: Partial<Spread> = {}, missing = "—"): string[] {
  if (median === undefined || min === undefined || max === undefined) return ["—", missing, "—"];
  return [number(median), `${number(min)} – ${number(max)}`, number(ratio ?? Number.NaN)];
}

function verdict({ claim, measured, atLeast, atMost }: Answer["claims"][number]): string {
  if (measured === null) return `- not measured here: ${claim}`;
  const met =
    measured >= (atLeast ?? Number.NEGATIVE_INFINITY) && measured <= (atMost ?? Number.POSITIVE_INFINITY);
  const wanted = atLeast === undefined ? `at most ${number(atMost!)}` : `at least ${number(atLeast)}`;
  return `- ${met ? "shown" : "**missed**"}: ${claim}: ${number(measured)} (${wanted} wanted)`;
}

function besidesOf({ besides = {} }: Row): string {
  return Object.entries(besides)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : number(value ?? Number.NaN)}`)
    .join(", ");
}

const opening = `# Results

Measured by \`npm run bench\`; each section by \`npm run bench -- NAME\`, on the machine that it names. How the programs are
written and what is compared: [docs/benchmarks.md](../docs/benchmarks.md). The same figures for programs:
[results.json](results.json), from which this page is written.`;

/** RESULTS.md. */
export function results(answers: Answers): string {
  return `${[opening, ...Object.entries(answers).map(([name, answer]) => section(name, answer))].join("\n\n")}\n`;
}
