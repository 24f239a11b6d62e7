/** Whether workers deliver what the sequence gives here: each batch once, in order, the same bytes. */
import { isEpochalError } from "../core/errors.ts";
import { DataLoader } from "../loader/data-loader.ts";
import { select } from "../sequence/combinators/select.ts";
import type { Sequence } from "../sequence/sequence.ts";
import type { WorkerSource } from "../worker/worker.ts";
import { differenceOf } from "./differences.ts";
import { countOf, type Finding } from "./finding.ts";
import { type FetchBatch, whyOf } from "./repeat.ts";
import type { Suspects } from "./spies.ts";

/** How workers are held against the sequence. */
export interface WorkersOptions {
  readonly worker: WorkerSource;
  readonly workers: number;
  readonly seed: number;
  /** The batches to compare, ascending. */
  readonly indices: readonly number[];
  /** Milliseconds to compare for, from the first batch on. */
  readonly budget: number;
  /** What `getItem` was seen to ask for. */
  readonly suspects: Suspects;
  readonly signal?: AbortSignal | undefined;
}

/** What came of it. */
export interface WorkersResult {
  /** As `2 threads`. */
  readonly name: string;
  readonly compared: number;
  readonly findings: readonly Finding[];
  /** Why workers cannot load it at all; undefined where they can. */
  readonly unfit?: string;
}

/** Loads batches with workers, and compares each with what `fetch` gives. */
export async function compareWorkers(
  sequence: Sequence<unknown>,
  fetch: FetchBatch,
  { worker, workers, seed, indices, budget, suspects, signal }: WorkersOptions,
): Promise<WorkersResult> {
  const name = countOf(
    workers,
    worker === "thread" ? "thread" : "process",
    worker === "thread" ? "threads" : "processes",
  );
  const kept = new Set(indices);
  const part = indices.length === sequence.length ? sequence : select(sequence, (index) => kept.has(index));
  await using loader = new DataLoader(part, { workers, worker, seed, signal });
  let compared = 0;
  let differing = 0;
  let first: Finding | undefined;
  const done = (more: Partial<WorkersResult> = {}): WorkersResult => ({
    name,
    compared,
    findings: first
      ? [
          {
            ...first,
            message: `${first.message}; so in ${differing} of the ${countOf(compared, "batch", "batches")} compared`,
          },
        ]
      : [],
    ...more,
  });
  try {
    let until = Number.POSITIVE_INFINITY;
    for await (const batch of loader) {
      if (compared === 0) until = performance.now() + budget;
      const index = indices[compared++]!;
      const difference = differenceOf(await fetch(index), batch);
      if (difference !== undefined && differing++ === 0) first = describe(name, index, difference, suspects);
      if (performance.now() > until) break;
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    if (isEpochalError(error, "PortableError")) return done({ unfit: error.message });
    const { findings } = done();
    return done({ findings: [...findings, failed(name, error, indices)] });
  }
  const { exactlyOnce, summary, last } = loader.report();
  if (exactlyOnce && (!last?.complete || compared === indices.length)) return done();
  const lost: Finding = { check: "exactly-once", severity: "error", message: `with ${name}: ${summary}` };
  return done({ findings: [...done().findings, lost] });
}

function describe(
  name: string,
  index: number,
  { path, element, text }: NonNullable<ReturnType<typeof differenceOf>>,
  suspects: Suspects,
): Finding {
  const why =
    suspects.size > 0
      ? whyOf(suspects)
      : {
          cause:
            "something that a worker has another of: a variable of the module, a static field, the working folder",
          cure: "Keep what getItem needs in the sequence's fields: they are what workers are sent.",
        };
  return {
    check: "workers",
    severity: "error",
    path,
    epoch: 0,
    index,
    ...(element && { element }),
    message: `batch ${index} is another one with ${name} than without workers: ${text}`,
    ...why,
  };
}

function failed(name: string, error: unknown, indices: readonly number[]): Finding {
  const place = isEpochalError(error, "BatchError") ? indices[error.index] : undefined;
  const { message, cause } = error as Error;
  return {
    check: "workers",
    severity: "error",
    ...(place === undefined ? {} : { epoch: 0, index: place }),
    message: `${place === undefined ? "nothing" : `batch ${place}`} can be had with ${name}, but without workers: ${message}`,
    ...(cause instanceof Error ? { cause: cause.message } : {}),
  };
}
