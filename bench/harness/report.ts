/** Figures as text: the table of a question, its claims, and RESULTS.md. Pure; printing is the caller's. */
import { cpus, totalmem } from "node:os";
import { type Claim, figureOf, median, type Outcome, type Question } from "./race.ts";

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
export function section(
  name: string,
  question: Question,
  outcomes: readonly Outcome[],
  caveat?: string,
): string {
  const figure = figureOf(question, outcomes);
  const rounds = Math.max(0, ...outcomes.map(({ reports }) => reports.length));
  const processor = figureOf({ better: "less" }, outcomes, (report) => report.processor);
  const hasProcessor = outcomes.some(({ reports }) => reports[0]?.processor !== undefined);
  const hasDetails = outcomes.some(({ reports }) => reports[0]?.details);
  const head = [
    "",
    question.unit,
    "min – max",
    "÷ baseline",
    ...(hasProcessor ? ["CPU ms", "min – max", "÷ baseline"] : []),
    ...(question.pixels ? ["pixels: mean, max"] : []),
    ...(hasDetails ? ["besides"] : []),
  ];
  const rows = outcomes.map((outcome) => {
    const { contestant, reports, difference, failure } = outcome;
    const spent = reports.flatMap((report) => report.processor ?? []);
    return [
      contestant.name,
      ...spread(
        reports.map(({ value }) => value),
        figure(question.baseline),
        failure,
      ),
      ...(hasProcessor ? spread(spent, processor(question.baseline)) : []),
      ...(question.pixels
        ? [difference ? `${difference.mean.toFixed(4)}, ${difference.max.toFixed(2)}` : "—"]
        : []),
      ...(hasDetails ? [detailsOf(outcome)] : []),
    ];
  });
  const claims = question.claims?.(figure, processor) ?? [];
  const parts = [
    `## ${name}`,
    `${question.question} (${question.unit}, ${question.better === "more" ? "more" : "less"} is better; median of ${rounds} alternating ${rounds === 1 ? "round" : "rounds"}; baseline: ${question.baseline}; \`npm run bench -- ${name}\`)`,
    table(head, rows),
    ...(caveat ? [`**${caveat}**`] : []),
    ...(hasProcessor ? [processorNote] : []),
    ...(question.notes ? [question.notes] : []),
    ...(claims.length > 0 ? [claims.map(verdict).join("\n")] : []),
    `Machine: ${machine()}.`,
    `Versions: ${versionsOf(outcomes)}.`,
  ];
  return parts.join("\n\n");
}

const processorNote =
  "CPU ms: processor time an item, user and system, of all threads and processes; other work on the machine changes it little.";

/** Three cells: the median, the extremes, and the median beside the baseline's; where there are no figures, why. */
function spread(values: readonly number[], base: number, failure = "—"): string[] {
  if (values.length === 0) return ["—", failure, "—"];
  const middle = median(values);
  return [
    number(middle),
    `${number(Math.min(...values))} – ${number(Math.max(...values))}`,
    number(middle / base),
  ];
}

function verdict({ claim, measured, atLeast, atMost }: Claim): string {
  if (Number.isNaN(measured)) return `- not measured here: ${claim}`;
  const met =
    measured >= (atLeast ?? Number.NEGATIVE_INFINITY) && measured <= (atMost ?? Number.POSITIVE_INFINITY);
  const wanted = atLeast === undefined ? `at most ${number(atMost!)}` : `at least ${number(atLeast)}`;
  return `- ${met ? "shown" : "**missed**"}: ${claim}: ${number(measured)} (${wanted} wanted)`;
}

/** The medians of the further figures. */
function detailsOf({ reports }: Outcome): string {
  const names = Object.keys(reports[0]?.details ?? {});
  return names
    .map((name) => {
      const values = reports.map((report) => report.details?.[name] ?? Number.NaN);
      const text = typeof values[0] === "string" ? values[0] : number(median(values as number[]));
      return `${name} ${text}`;
    })
    .join(", ");
}

function versionsOf(outcomes: readonly Outcome[]): string {
  const all = new Set(
    outcomes.flatMap(({ reports }) =>
      Object.entries(reports[0]?.versions ?? {}).map(([name, version]) => `${name} ${version}`),
    ),
  );
  return [...all].sort().join(", ");
}

/** What the figures were measured on. No names, no paths. */
export function machine(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? "unknown CPU"}, ${cores.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

const opening = `# Results

Measured by \`npm run bench\`; each section by \`npm run bench -- NAME\`, on the machine that it names. How the programs are
written and what is compared: [docs/benchmarks.md](../docs/benchmarks.md).`;

/** RESULTS.md with the sections in `fresh` in place of those of the same name. */
export function results(before: string, fresh: ReadonlyMap<string, string>): string {
  const kept = before
    .split(/^(?=## )/m)
    .filter((part) => part.startsWith("## "))
    .map((part) => [part.slice(3, part.indexOf("\n")), part.trim()] as const);
  const all = new Map([...kept, ...fresh]);
  return `${[opening, ...[...all.keys()].sort().map((name) => all.get(name)!)].join("\n\n")}\n`;
}
