/** One sentence on what limits a loader, and what to change. Pure: a function of a judgement and what it was made on. */
import { seconds } from "../../core/watch.ts";
import { tooFew } from "../unbegun.ts";
import type { Evidence, Limit, LostEpoch } from "./judge.ts";

/** What a loader is set to, as far as the advice is about that. */
export interface Advised {
  /** Whether it chooses the number of workers by itself. */
  readonly auto: boolean;
  /** Batches that may wait for the consumer. */
  readonly maxQueueSize: number;
  /** Milliseconds a worker may take for one batch. */
  readonly timeout: number;
  /** Bytes that the batches ahead may take. */
  readonly memory: number;
}

/**
 * Says what the limit is, and what to change.
 *
 * One long function, as it is the list of the sentences.
 */
export function explain(
  limit: Limit,
  evidence: Evidence,
  { auto, maxQueueSize, timeout, memory }: Advised,
): string {
  const { workers, cores } = evidence;
  const share = waitingShare(evidence);
  const waits = `the consumer waits for data ${percent(share)} of the time`;
  switch (limit.name) {
    case "unknown":
      return tooFew;
    case "hang": {
      const { worker, index, age } = limit.holder;
      const beside = limit.median === 0 ? "no batch has come yet" : `the median is ${duration(limit.median)}`;
      return `One batch may never come: ${worker} has been in getItem(${index}) for ${seconds(age)}, ${beside}; see what it awaits, or set \`timeout\` (now ${seconds(timeout)}), after which a worker is replaced.`;
    }
    case "start":
      if (workers === 0)
        return `The start is the limit: the consumer waited ${seconds(limit.waited)} for the first batch, most of the time that it waited; ask again after more batches.`;
      return `The start is the limit: the consumer waited ${seconds(limit.waited)} for workers that were starting, most of the time that it waited; keep one loader for all epochs, import less in the sequence's module, and ask again after more batches.`;
    case "failed":
      if (limit.lost) return lostSentence(limit.lost);
      return `What fails is the limit: ${waits}, ${percent(limit.part)} of that for tries of getItem that failed; report() counts them, and observe() tells each with its error.`;
    case "hooks":
      return `The hooks are the limit: onEpochBegin and onEpochEnd take ${percent(limit.part)} of the time, in which nothing is loaded; do less in them, or make epochs longer.`;
    case "consumer":
      return `The consumer is the limit: it waits for data ${percent(share)} of the time, the data keeps up${
        workers > 1 ? `, and the ${workers} workers are busy ${percent(limit.busy)} of it` : ""
      }; more workers would change nothing.`;
    case "nothing":
      return `Nothing is wrong: the consumer waits for data ${percent(share)} of the time, and ${
        workers > 0
          ? `its workers are busy ${percent(limit.busy)} of it`
          : "batches are loaded while it does something else"
      }; there is nothing to change.`;
    case "slow":
      return slowSentence(limit, evidence.batches.length, maxQueueSize);
    case "order":
      return `The order is the limit: ${waits}, and each row of ${limit.of} costs the decoding of the block that it lies in, as not all of them fit into memory; mix a few blocks at a time, sampler: new BlockSampler(rows.blocks), give it more \`memory\`, or keep the samples on disk (diskCache).`;
    case "disk":
      return `The disk or the network is the limit: ${waits}, and ${percent(limit.part)} of getItem is reading files; ${moreWorkers(limit.wanted, evidence, "to read ahead")}, put the files on a faster disk or nearer, or store them smaller.`;
    case "waiting":
      return `Waiting inside getItem is the limit: ${waits}, and ${percent(limit.part)} of getItem is no work but waiting, as for a network; ${moreWorkers(limit.wanted, evidence, "which may be more than cores")}, or await several things at once.`;
    case "cpu":
      return `The CPU is the limit: ${waits}, ${cpuSentence(limit, evidence, auto)}`;
    case "starved": {
      const starved =
        limit.who === "workers"
          ? `for ${percent(limit.part)} of getItem it could work and has no core`
          : `for ${percent(limit.part)} of the time the loader's own thread could hand batches over and has no core`;
      return workers > cores
        ? `There are more workers than cores: ${waits}, and ${starved}; use workers: ${cores} (now ${workers}).`
        : `Other work on this machine is the limit: ${waits}, and ${starved}; end what else runs${
            workers > 1 ? `, or use fewer workers (now ${workers}, of ${cores} cores)` : ""
          }.`;
    }
    case "memory":
      return `The memory budget is the limit: ${waits}, as fewer batches may exist ahead of it than maxQueueSize (${maxQueueSize}) says; raise \`memory\` (now ${megabytes(memory)}), or make batches smaller (uint8).`;
    case "handOff":
      return `The hand-off is the limit: ${waits}, but the workers are busy only ${percent(limit.busy)} of it; release() batches so that memory is reused, make them smaller (uint8), or raise maxQueueSize (now ${maxQueueSize}).`;
  }
}

/** Part of the time of a window that the consumer waited. */
export function waitingShare({ batches, waiting, consuming }: Evidence): number {
  const waited = batches.reduce((total, { wait }) => total + wait, waiting);
  const elapsed = batches.reduce((total, { consume }) => total + consume, waited + consuming);
  return elapsed === 0 ? 0 : waited / elapsed;
}

function lostSentence({ count, ended, message }: LostEpoch): string {
  const what = ended
    ? `all ${count} batches of the last epoch failed and were left out`
    : `no batch could be had so far, ${count} failed and ${count === 1 ? "was" : "were"} left out`;
  return `What fails is the limit: ${what}, the first of them so: ${message}`;
}

function slowSentence(
  { items, median, consume }: Extract<Limit, { name: "slow" }>,
  of: number,
  maxQueueSize: number,
): string {
  const [first, ...others] = items;
  const times = median === 0 ? "" : ` (${Math.round(first!.fetch / median)} times)`;
  const also =
    others.length === 0
      ? ""
      : `, as ${list(others.slice(0, 3).map(({ index }) => index))} do${others.length === 1 ? "es" : ""}`;
  // While it is fetched, so many others are consumed.
  const ahead = Math.ceil(first!.fetch / Math.max(consume, 0.1));
  const ride =
    ahead > maxQueueSize && ahead <= 64
      ? `, or let more batches lie ready: maxQueueSize: ${ahead} (now ${maxQueueSize})`
      : "";
  return `A few slow batches are the limit: ${items.length} of the last ${of} were waited for more than all others together; index ${first!.index} takes ${duration(first!.fetch)}, the median is ${duration(median)}${times}${also}; see what is in them${ride}.`;
}

function cpuSentence(
  { on, part, wanted }: Extract<Limit, { name: "cpu" }>,
  { workers, cores, batches }: Evidence,
  auto: boolean,
): string {
  if (on === "threads") {
    return `all ${cores} cores are at work, though ${percent(part)} of getItem is waiting for threads of its own, as a package's; more workers would change nothing, make getItem cheaper or have fewer of those threads.`;
  }
  const what = { read: "reading files", decode: "decoding and resizing images", own: "your own code" }[on];
  const spent = `${percent(part)} of getItem is ${what}`;
  if (workers === 0 && wanted === 0) {
    const each = batches.reduce((sum, { counters }) => sum + counters.fetchMs, 0) / batches.length;
    return `as batches are loaded in its own thread, and ${spent}, ${duration(each)} a batch: too little for workers, whose hand-off costs as much; make larger batches, or getItem cheaper.`;
  }
  // What chooses is not to be told to choose: it has had no time yet, or found no gain.
  const use = auto
    ? `workers: "auto" has come to ${workers} so far; ask again after more batches, or give it workers: ${wanted}`
    : `use workers: ${wanted} or "auto"`;
  if (workers === 0) return `as batches are loaded in its own thread, and ${spent}; ${use}.`;
  if (workers < wanted) return `with ${workers} of ${cores} cores used, and ${spent}; ${use}.`;
  const cheaper = {
    read: "store what is read smaller or less compressed",
    decode: "store images smaller, or keep them decoded (diskCache)",
    own: "make it cheaper, or keep what it gives (cache, diskCache)",
  }[on];
  return `with ${Math.min(workers, cores) === cores ? `all ${cores} cores` : `${workers} workers`} at work, and ${spent}; ${cheaper}.`;
}

function moreWorkers(wanted: number, { workers, cores }: Evidence, why: string): string {
  return workers < wanted
    ? `use workers: ${wanted} (now ${workers}, of ${cores} cores), ${why}`
    : `${workers} workers do not hide it`;
}

function list(indices: readonly number[]): string {
  return indices.length < 2 ? indices.join("") : `${indices.slice(0, -1).join(", ")} and ${indices.at(-1)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function duration(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toPrecision(2)} ms` : seconds(milliseconds);
}

function megabytes(bytes: number): string {
  return Number.isFinite(bytes) ? `${Math.round(bytes / 2 ** 20)} MB` : "unlimited";
}
