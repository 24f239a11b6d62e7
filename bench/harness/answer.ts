/** What a question was answered: the record of a run in results.json, of which RESULTS.md and the picture are drawn. */
import { cpus, totalmem } from "node:os";
import { type Claim, type Difference, figureOf, median, type Outcome, type Question } from "./race.ts";

/** Figures of the rounds of one contestant. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** The median beside the baseline's; null where the baseline did not run. */
  readonly ratio: number | null;
}

/** One contestant; without a figure where it did not run. */
export interface Row extends Partial<Spread> {
  readonly name: string;
  /** Processor time an item in milliseconds. */
  readonly processor?: Spread;
  /** How far its first batch is from the baseline's. */
  readonly pixels?: Difference;
  /** Medians of its further figures, and its words; null where there was none. */
  readonly besides?: Readonly<Record<string, number | string | null>>;
  /** Why there is no figure. */
  readonly missing?: string;
}

/** A question, and what came out the last time that it was put. */
export interface Answer extends Pick<Question, "question" | "unit" | "better" | "baseline" | "notes"> {
  readonly rounds: number;
  readonly contestants: readonly Row[];
  /** `measured` is null where a contestant that it needs did not run. */
  readonly claims: readonly (Omit<Claim, "measured"> & { readonly measured: number | null })[];
  /** What to think of while reading, such as that the machine was busy. */
  readonly caveat?: string;
  readonly machine: string;
  /** Names and versions of what ran, sorted. */
  readonly versions: readonly string[];
  /** The day, as 2026-12-31; absent where it was not kept. */
  readonly measured?: string;
}

/** All answers by their questions' names. */
export type Answers = Readonly<Record<string, Answer>>;

/** What the outcomes say. */
export function answerOf(
  { question, unit, better, baseline, notes, claims }: Question,
  outcomes: readonly Outcome[],
  { caveat, measured }: { readonly caveat?: string | undefined; readonly measured?: string } = {},
): Answer {
  const figure = figureOf({ better }, outcomes);
  const processor = figureOf({ better: "less" }, outcomes, (report) => report.processor);
  return {
    question,
    unit,
    better,
    rounds: Math.max(0, ...outcomes.map(({ reports }) => reports.length)),
    baseline,
    contestants: outcomes.map((outcome) => rowOf(outcome, figure(baseline), processor(baseline))),
    claims: (claims?.(figure, processor) ?? []).map((each) => ({ ...each, measured: known(each.measured) })),
    ...(caveat !== undefined && { caveat }),
    ...(notes !== undefined && { notes }),
    machine: machine(),
    versions: versionsOf(outcomes),
    ...(measured !== undefined && { measured }),
  };
}

/** The answers with another one, in place of that of the same name; sorted by name. */
export function withAnswer(answers: Answers, name: string, answer: Answer): Answers {
  const all = { ...answers, [name]: answer };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** results.json, with a line for each contestant, so that a diff shows whose figures changed. */
export function toJson(answers: Answers): string {
  const text = JSON.stringify(answers, null, 2);
  return `${text.replace(/\n {8,}/g, " ").replace(/\n {6}(?=[}\]])/g, " ")}\n`;
}

/** What the figures are measured on. No names, no paths. */
export function machine(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? "unknown CPU"}, ${cores.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

function rowOf({ contestant, reports, failure, difference }: Outcome, base: number, spent: number): Row {
  const processor = spreadOf(
    reports.flatMap((report) => report.processor ?? []),
    spent,
  );
  const besides = Object.keys(reports[0]?.details ?? {}).map((name) => {
    const values = reports.map((report) => report.details?.[name] ?? Number.NaN);
    return [name, typeof values[0] === "string" ? values[0] : known(median(values as number[]))];
  });
  return {
    name: contestant.name,
    ...spreadOf(
      reports.map(({ value }) => value),
      base,
    ),
    ...(processor && { processor }),
    ...(difference && { pixels: difference }),
    ...(besides.length > 0 && { besides: Object.fromEntries(besides) }),
    ...(reports.length === 0 && failure !== undefined && { missing: failure }),
  };
}

function spreadOf(values: readonly number[], base: number): Spread | undefined {
  if (values.length === 0) return undefined;
  const middle = median(values);
  return { median: middle, min: Math.min(...values), max: Math.max(...values), ratio: known(middle / base) };
}

/** JSON has no NaN. */
const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

function versionsOf(outcomes: readonly Outcome[]): string[] {
  const all = outcomes.flatMap(({ reports }) =>
    Object.entries(reports[0]?.versions ?? {}).map(([name, version]) => `${name} ${version}`),
  );
  return [...new Set(all)].sort();
}
