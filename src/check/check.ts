/**
 * Looks for what is wrong with the data of a sequence: fetches batches, shows them to each check, and has workers deliver
 * them again.
 *
 * In the time that is given, or all of them: the first, the last, then always the middle of the widest gap, so that those
 * that were looked at are evenly spread wherever time ends. How many of how many is part of what it says.
 */
import { isEpochalError } from "../core/errors.ts";
import { loadedBy } from "../sequence/batching/loaded.ts";
import { take } from "../sequence/combinators/take.ts";
import { callHook, fetchAlone } from "../sequence/fetching.ts";
import { nameOf, type Sequence, whyEmpty } from "../sequence/sequence.ts";
import { channelFindings } from "./channels.ts";
import { duplicateCheck, overlapCheck, type SampleIndex } from "./duplicates.ts";
import { type LeafFacts, leafFacts } from "./facts.ts";
import {
  type BatchCheck,
  type CheckName,
  type CheckNote,
  countOf,
  type Finding,
  type SeenBatch,
} from "./finding.ts";
import { finiteCheck } from "./finite.ts";
import { labelCheck, oneClassCheck, oneHotCheck } from "./labels.ts";
import { leavesOf } from "./leaves.ts";
import { rangeCheck } from "./ranges.ts";
import { type FetchBatch, LateBatch, RepeatCheck } from "./repeat.ts";
import { shapeCheck } from "./shapes.ts";
import { unevenCheck } from "./uneven.ts";
import { compareWorkers } from "./workers.ts";

/** How a sequence is checked. */
export interface CheckOptions {
  /** What order and random numbers are drawn from. Default 0. */
  readonly seed?: number;
  /** Seconds to look at batches; Infinity for all of them. Default 5. */
  readonly seconds?: number;
  /** Numbers of threads to compare with; none where it is empty. Default [2]. */
  readonly workers?: readonly number[];
  /** Whether worker processes are compared too. Default false. */
  readonly processes?: boolean;
  /** Classes there are, where labels name some. */
  readonly classes?: number | undefined;
  /** Another set, of which no sample may be in this one, and what to call it. */
  readonly against?: { readonly name: string; readonly sequence: Sequence<unknown> } | undefined;
  /** Checks that are left out. */
  readonly ignore?: readonly CheckName[];
  /** Seconds after which a batch that is not there is taken for one that never will be. Default 20. */
  readonly patience?: number;
  readonly signal?: AbortSignal | undefined;
  /** Is told how far it is. */
  readonly onProgress?: (text: string) => void;
}

/** What came of it. */
export interface CheckReport {
  readonly name: string;
  readonly seed: number;
  /** Batches of an epoch, and those of them that were looked at. */
  readonly length: number;
  readonly looked: number;
  /** What the batches were compared with: `again`, `2 threads`. */
  readonly compared: readonly string[];
  readonly leaves: readonly LeafFacts[];
  readonly findings: readonly Finding[];
  /** What is no fault, but worth knowing. */
  readonly notes: readonly string[];
}

/** Of an endless sequence so many batches are taken for all. */
const mostOfEndless = 10_000;

/** So many batches that cannot be had end it where none could be. */
const mostUnreadable = 8;

/** Parts of the time: fetching and checks, the other set, each kind of workers. */
const shares = { looking: 0.6, against: 0.3, workers: 0.3 };

/** Checks the batches of epoch 0. */
export async function runCheck(given: Sequence<unknown>, options: CheckOptions = {}): Promise<CheckReport> {
  const { seed = 0, seconds = 5, ignore = [], patience = 20 } = options;
  const sequence = asTrained(given);
  const name = nameOf(given);
  const report = { name, seed, length: given.length, looked: 0, compared: [], leaves: [], notes: [] };
  if (sequence.length === 0) {
    const message = `${name} has no batches. ${whyEmpty(given) ?? "Its length is 0."}`;
    return { ...report, findings: [{ check: "empty", severity: "error", message }] };
  }
  const known: SampleIndex = new Map();
  const facts = leafFacts();
  const checks: readonly BatchCheck[] = [
    finiteCheck(),
    shapeCheck(),
    unevenCheck(),
    rangeCheck(),
    labelCheck(options.classes),
    oneHotCheck(),
    oneClassCheck(),
    repeatsSamples(given) ? noting(known) : duplicateCheck(known),
    facts,
  ];
  const fetch = fetcher(sequence, seed, patience);
  const milliseconds = seconds * 1000;
  const looked = await look(sequence, fetch, checks, { ...options, budget: milliseconds * shares.looking });
  const other = await holdAgainst(known, { ...options, budget: milliseconds * shares.against });
  const work = await withWorkers(sequence, fetch, looked, {
    ...options,
    budget: milliseconds * shares.workers,
  });
  const findings = [
    ...looked.findings,
    ...(looked.indices[0] === 0 ? await channelsOf(given, fetcher(given, seed, patience)) : []),
    ...checks.flatMap((check) => check.findings()),
    ...other.findings,
    ...work.findings,
  ];
  const notes = checks.flatMap((check) => check.notes?.() ?? []);
  const isAsked = ({ check }: CheckNote): boolean => !ignore.includes(check);
  return {
    ...report,
    looked: looked.indices.length + looked.unreadable,
    compared: [...(looked.indices.length > 0 ? ["again"] : []), ...work.compared],
    leaves: facts.facts(),
    findings: findings.filter(isAsked),
    notes: [...notes.filter(isAsked).map(({ message }) => message), ...other.notes, ...work.notes],
  };
}

/** Fetches batches; one that is not there in time rejects. The timer also keeps a program whose `getItem` waits for nothing. */
function fetcher(sequence: Sequence<unknown>, seed: number, patience: number): FetchBatch {
  return async (index) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new LateBatch(`has not ended after ${patience} s`)), patience * 1000);
    });
    try {
      return await Promise.race([fetchAlone(sequence, { epoch: 0, index, seed }), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Whether red and blue are exchanged, told by batch 0 in the order in which its files are listed. */
async function channelsOf(given: Sequence<unknown>, fetch: FetchBatch): Promise<readonly Finding[]> {
  try {
    return await channelFindings(given, leavesOf(await fetch(0)));
  } catch {
    // In the order of the list it may be another batch, one that cannot be had.
    return [];
  }
}

type Part = Pick<CheckReport, "findings" | "notes">;

/** Looks for samples of the other set among those that are known. */
async function holdAgainst(known: SampleIndex, options: Looking): Promise<Part> {
  const { against, seed = 0, patience = 20 } = options;
  if (against === undefined) return { findings: [], notes: [] };
  const sequence = asTrained(against.sequence);
  const check = overlapCheck(known, against.name);
  const { indices } = await look(sequence, fetcher(sequence, seed, patience), [check], {
    ...options,
    once: true,
  });
  const all = `${indices.length} of ${countOf(sequence.length, "batch", "batches")}`;
  return { findings: check.findings(), notes: [`Of ${against.name}, ${all} were looked at.`] };
}

/** Has workers of each kind deliver the batches that were looked at, or as many of them as time allows. */
async function withWorkers(
  sequence: Sequence<unknown>,
  fetch: FetchBatch,
  { differs, indices, milliseconds, suspects }: Looked,
  { budget, workers = [2], processes = false, seed = 0, signal, onProgress }: Looking,
): Promise<Part & Pick<CheckReport, "compared">> {
  const findings: Finding[] = [];
  const compared: string[] = [];
  const kinds = [
    ...workers.map((count) => ({ worker: "thread", workers: count }) as const),
    ...(processes ? [{ worker: "process", workers: 2 } as const] : []),
  ];
  // Batches that are never the same twice are so in workers too.
  for (const kind of differs || indices.length === 0 ? [] : kinds) {
    onProgress?.(`comparing with workers (${kind.worker})`);
    const part = { ...kind, seed, budget, suspects, signal, indices: spread(indices, budget, milliseconds) };
    const result = await compareWorkers(sequence, fetch, part);
    findings.push(...result.findings);
    if (result.unfit !== undefined) {
      const note = `Workers cannot load it, so it was looked at without: ${result.unfit}`;
      return { findings, compared, notes: [note] };
    }
    compared.push(`${result.name} (${countOf(result.compared, "batch", "batches")})`);
  }
  return { findings, compared, notes: [] };
}

/**
 * As it is trained with. Samples in batches of their own are shuffled by every loader that is told to, so their order in
 * the list is no fault; an endless sequence is its beginning.
 */
function asTrained(given: Sequence<unknown>): Sequence<unknown> {
  const sequence = given.length === Number.POSITIVE_INFINITY ? take(given, mostOfEndless) : given;
  try {
    const { sequence: shuffled, options } = loadedBy(sequence, { shuffle: true });
    return options.shuffle ? sequence : shuffled;
  } catch {
    return sequence;
  }
}

/** Whether samples are meant to be there more than once: a sampler chose them. */
function repeatsSamples(sequence: Sequence<unknown>): boolean {
  return (sequence as { readonly sampler?: unknown }).sampler !== undefined;
}

/** Notes samples without a word about those that are there twice. */
function noting(known: SampleIndex): BatchCheck {
  return { ...duplicateCheck(known), findings: () => [] };
}

interface Looking extends CheckOptions {
  readonly budget: number;
  /** Whether batches are not fetched again. */
  readonly once?: boolean;
}

/** What was looked at. */
interface Looked {
  /** Batches that could be had, ascending. */
  readonly indices: readonly number[];
  readonly unreadable: number;
  readonly findings: readonly Finding[];
  readonly differs: boolean;
  readonly suspects: RepeatCheck["suspects"];
  /** That a batch takes to be fetched. */
  readonly milliseconds: number;
}

/** Fetches batches, each twice, and shows them to the checks, until time is up. */
async function look(
  sequence: Sequence<unknown>,
  fetch: FetchBatch,
  checks: readonly BatchCheck[],
  { budget, seed = 0, once = false, signal, onProgress }: Looking,
): Promise<Looked> {
  const repeat = new RepeatCheck(sequence, fetch);
  const indices: number[] = [];
  const lost: { readonly index: number; readonly error: unknown }[] = [];
  let spent = 0;
  const { hasHooks } = sequence;
  if (hasHooks) await callHook(sequence, "begin", { epoch: 0, seed });
  const until = performance.now() + budget;
  for (const index of budget === Number.POSITIVE_INFINITY
    ? inOrder(sequence.length)
    : spreadOut(sequence.length)) {
    if (performance.now() > until && indices.length + lost.length >= 2) break;
    signal?.throwIfAborted();
    if (indices.length === 0 && lost.length >= mostUnreadable) break;
    const begin = performance.now();
    let batch: unknown;
    try {
      batch = await (once ? fetch(index) : repeat.first(index));
      spent += performance.now() - begin;
      if (!once) await repeat.again(index, batch);
    } catch (error) {
      lost.push({ index, error });
      continue;
    }
    indices.push(index);
    const seen: SeenBatch = { epoch: 0, index, leaves: leavesOf(batch) };
    for (const check of checks) check.see(seen);
    onProgress?.(`${indices.length} of ${sequence.length} batches`);
  }
  if (hasHooks) await callHook(sequence, "end", { epoch: 0, seed });
  return {
    indices: indices.sort((a, b) => a - b),
    unreadable: lost.length,
    findings: [...unreadable(lost, indices.length + lost.length), ...repeat.findings()],
    differs: repeat.differs,
    suspects: repeat.suspects,
    milliseconds: spent / Math.max(1, indices.length),
  };
}

/** Findings that name at most so many batches. */
const mostNamed = 5;

function unreadable(
  lost: readonly { readonly index: number; readonly error: unknown }[],
  looked: number,
): Finding[] {
  return lost.slice(0, mostNamed).map(({ index, error }, i) => {
    const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined };
    const path =
      isEpochalError(error, "ImageError") || isEpochalError(error, "DataError") ? error.path : undefined;
    const file = path === undefined || message.includes(path) ? "" : ` (${path})`;
    const more =
      i === mostNamed - 1 && lost.length > mostNamed
        ? `; ${lost.length} of the ${looked} batches looked at cannot be had`
        : "";
    return {
      check: "unreadable",
      severity: "error",
      epoch: 0,
      index,
      message: `getItem(${index}) ${error instanceof LateBatch ? "" : "throws: "}${message}${file}${more}`,
      ...(cause instanceof Error && !message.includes(cause.message) ? { cause: cause.message } : {}),
      cure:
        error instanceof LateBatch
          ? "End what it waits for by a time of its own, as fetch(url, { signal: AbortSignal.timeout(5000) })."
          : 'Mend the file or leave it out of the list; onError: "skip" leaves out its whole batch.',
    };
  });
}

function* inOrder(length: number): Generator<number> {
  for (let index = 0; index < length; index++) yield index;
}

/** All indices: the first, the last, then always the middles of the gaps that are left. */
export function* spreadOut(length: number): Generator<number> {
  const seen = new Set<number>();
  const isNew = (index: number): boolean => seen.size < seen.add(index).size;
  for (const index of [0, length - 1]) if (isNew(index)) yield index;
  for (let parts = 2; seen.size < length; parts *= 2) {
    for (let part = 1; part < parts; part += 2) {
      const index = Math.floor((part / parts) * (length - 1));
      if (isNew(index)) yield index;
    }
    // From here on gaps are of one or two.
    if (parts > 2 * length) for (let index = 0; index < length; index++) if (isNew(index)) yield index;
  }
}

/** Evenly spaced ones of `indices`: as many as are fetched in the time. */
function spread(indices: readonly number[], budget: number, milliseconds: number): readonly number[] {
  const most = Math.max(2, Math.floor(budget / Math.max(0.01, milliseconds)));
  if (indices.length <= most) return indices;
  return Array.from({ length: most }, (_, i) => indices[Math.floor((i * indices.length) / most)]!);
}
