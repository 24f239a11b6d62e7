/**
 * How a question is put: every contestant is a program of its own, started afresh in each round, and the rounds go
 * over all contestants in turn, so that a machine that grows slow is slow for all. A program prints one line of JSON,
 * a {@link Report}. Nothing here measures time: programs do, around the part that the question is about.
 */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";

/** What one file of `bench/` exports as `question`. */
export interface Question {
  /** What is asked, as a sentence. */
  readonly question: string;
  readonly unit: string;
  readonly better: "more" | "less";
  readonly contestants: readonly Contestant[];
  /** Rounds; 3 unless told. */
  readonly rounds?: number;
  /** The contestant that the last column compares with. */
  readonly baseline: string;
  /** What the figures must show: `figure` gives the median of a contestant that ran, `processor` that of its processor time. */
  readonly claims?: (figure: Figure, processor: Figure) => readonly Claim[];
  /** How to read the table: what is equal, what is not, what bounds the figures. */
  readonly notes?: string;
  /**
   * Whether the pixels are compared: in the first round each program finds `BENCH_PIXELS` set and writes its first
   * batch there, before it measures, as float32 from 0 to 1 in the order of the baseline's.
   */
  readonly pixels?: boolean;
  /** Makes the files that it needs, where they can be made. */
  readonly prepare?: () => Promise<void>;
}

/** One program in the race. */
export interface Contestant {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Why it cannot run here; the table says so. */
  readonly missing?: string | undefined;
}

/** The median of a contestant; NaN where it did not run. The best of several, where several are named. */
export type Figure = (...names: readonly string[]) => number;

/** Something that the figures must show. */
export interface Claim {
  readonly claim: string;
  /** The measured ratio or figure, which must reach `at least` or stay `at most`. */
  readonly measured: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What a program prints as its last line, as JSON. */
export interface Report {
  /** The figure in the question's unit. */
  readonly value: number;
  /** Processor time an item in milliseconds, user and system, of the program and all processes that it started. */
  readonly processor?: number;
  /** Further figures, shown beside it. */
  readonly details?: Readonly<Record<string, number | string>>;
  /** Names and versions of what ran. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** All rounds of one contestant. */
export interface Outcome {
  readonly contestant: Contestant;
  readonly reports: readonly Report[];
  /** Why there is no figure. */
  readonly failure?: string | undefined;
  /** Mean and greatest difference of the first batch from the baseline's. */
  readonly difference?: Difference | undefined;
}

/** How far apart two batches of pixels are, on the scale 0–1. */
export interface Difference {
  readonly mean: number;
  readonly max: number;
}

/** Told after each program: how many of all runs are done. */
export type Progress = (done: number, total: number, running: string) => void;

/** Runs all rounds of a question. */
export async function race(
  question: Question,
  { rounds, folder, progress }: { rounds: number; folder: string; progress: Progress },
): Promise<Outcome[]> {
  const entries = question.contestants.map((contestant, i) => ({
    contestant,
    pixels: `${folder}/pixels-${i}`,
    reports: [] as Report[],
    failure: contestant.missing,
  }));
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      progress(done++, entries.length * rounds, entry.contestant.name);
      if (entry.failure !== undefined) continue;
      const env = question.pixels && round === 0 ? { BENCH_PIXELS: entry.pixels } : {};
      try {
        entry.reports.push(await run(entry.contestant, env));
      } catch (error) {
        entry.failure = (error as Error).message;
      }
    }
  }
  const base = entries.find(({ contestant }) => contestant.name === question.baseline);
  const compare = question.pixels && base && base.failure === undefined;
  return Promise.all(
    entries.map(async ({ contestant, reports, failure, pixels }) => ({
      contestant,
      reports,
      failure,
      difference:
        compare && failure === undefined
          ? await differenceOf(pixels, base.pixels).catch(() => undefined)
          : undefined,
    })),
  );
}

/** Starts one program and reads its report; what it prints to stderr is its failure. */
export function run(contestant: Contestant, env: Readonly<Record<string, string>> = {}): Promise<Report> {
  return new Promise((resolve, reject) => {
    const child = spawn(contestant.command, contestant.args, {
      env: { ...process.env, ...contestant.env, ...env, BENCH_LAUNCHED: String(Date.now()) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-4000);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const line = out.trim().split("\n").at(-1) ?? "";
      if (code === 0 && line.startsWith("{")) resolve(JSON.parse(line) as Report);
      else reject(new Error(errorIn(errors) ?? `ended with ${signal ?? code}`));
    });
  });
}

/** The line of a stack trace or traceback that says what happened. */
function errorIn(text: string): string | undefined {
  return text.split("\n").findLast((line) => /^\s*\w*(Error|Exception)\b/.test(line));
}

async function differenceOf(path: string, other: string): Promise<Difference> {
  const [a, b] = await Promise.all([path, other].map(readFloats));
  if (a!.length !== b!.length) throw new Error(`${a!.length} values, not ${b!.length}`);
  let sum = 0;
  let max = 0;
  for (let i = 0; i < a!.length; i++) {
    const difference = Math.abs(a![i]! - b![i]!);
    sum += difference;
    max = Math.max(max, difference);
  }
  return { mean: sum / a!.length, max };
}

async function readFloats(path: string): Promise<Float32Array> {
  return new Float32Array(new Uint8Array(await readFile(path)).buffer);
}

/** The middle value; of an even number of values, the mean of the middle two. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Medians by name, for the claims: of the figures, or of the processor times. */
export function figureOf(
  { better }: Pick<Question, "better">,
  outcomes: readonly Outcome[],
  of: (report: Report) => number | undefined = ({ value }) => value,
): Figure {
  const medians = new Map(
    outcomes.map(({ contestant, reports }) => [
      contestant.name,
      median(reports.map((report) => of(report) ?? Number.NaN)),
    ]),
  );
  const best = better === "more" ? Math.max : Math.min;
  return (...names) => {
    const ran = names.map((name) => medians.get(name) ?? Number.NaN).filter((value) => !Number.isNaN(value));
    return ran.length === 0 ? Number.NaN : best(...ran);
  };
}
