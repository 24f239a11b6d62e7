/** Fills a disk cache with the samples of a target, and says what came of it. */
import { existsSync } from "node:fs";
import { parseBytes } from "../../core/size.ts";
import { type DiskCacheSequence, diskCache } from "../../data/disk-cache/disk-cache.ts";
import { folderOf } from "../../data/disk-cache/folder.ts";
import { DataLoader } from "../../loader/data-loader.ts";
import { isBatches } from "../../sequence/batching/loaded.ts";
import { isSequence, nameOf, type Sequence } from "../../sequence/sequence.ts";
import type { CommandCall } from "../command.ts";
import type { Target } from "../target.ts";
import { UsageError } from "../usage.ts";
import { workersOf } from "../workers.ts";
import { type FailedSample, FillingSequence } from "./filling.ts";

/** What a cache is filled by. */
export interface FillCacheOptions {
  /** Where caches are kept. */
  readonly folder: string;
  readonly workers: string;
  readonly version: string | undefined;
  readonly maxBytes: string | undefined;
}

/** What came of filling a cache; what `--json` prints. */
export interface FilledCache {
  readonly target: string;
  /** The folder of this cache. */
  readonly folder: string;
  readonly samples: number;
  /** Samples that were kept before, and that were added. */
  readonly found: number;
  readonly added: number;
  /** Samples for which there is no room. */
  readonly left: number;
  readonly failed: readonly FailedSample[];
  /** What makes the cache in a program. */
  readonly code: string;
  /** All of it in one sentence. */
  readonly summary: string;
}

/**
 * Computes and keeps all samples that are not kept yet.
 *
 * @throws UsageError where there are no samples to be kept; OptionError where a cache of them would be wrong.
 */
export async function fillCache(
  target: Target,
  { folder, workers, version, maxBytes }: FillCacheOptions,
  { output, signal }: Pick<CommandCall, "output" | "signal">,
): Promise<FilledCache> {
  const samples = samplesOf(target);
  const cache = diskCache(samples, {
    folder,
    ...(version === undefined ? {} : { version }),
    ...(maxBytes === undefined ? {} : { maxBytes: parseBytes("--max-bytes", maxBytes) }),
  }) as DiskCacheSequence<unknown>;
  const total = cache.length;
  const own = folderOf(cache.identity);
  // The samples by which a cache is made are there when it is first looked at.
  const isNew = !existsSync(`${own}/cache.json`);
  const sum = { found: 0, added: 0, failed: [] as FailedSample[] };
  const began = performance.now();
  await using loader = new DataLoader(new FillingSequence(cache), {
    workers: workersOf(workers),
    signal,
  });
  for await (const { found, added, failed } of loader) {
    sum.found += found;
    sum.added += added;
    sum.failed.push(...failed);
    const done = sum.found + sum.added + sum.failed.length;
    const seconds = (performance.now() - began) / 1000;
    output.progress(
      `${done.toLocaleString("en")} of ${total.toLocaleString("en")} samples, ${Math.round(done / seconds).toLocaleString("en")} a second`,
    );
  }
  if (isNew) Object.assign(sum, { found: 0, added: sum.found + sum.added });
  const options = [
    `folder: ${JSON.stringify(folder)}`,
    ...(version === undefined ? [] : [`version: ${JSON.stringify(version)}`]),
    ...(maxBytes === undefined ? [] : [`maxBytes: ${cache.options.maxBytes}`]),
  ];
  const kept = sum.found + sum.added;
  const left = total - kept - sum.failed.length;
  const parts = [
    `${kept.toLocaleString("en")} of ${total.toLocaleString("en")} samples are kept`,
    ...(sum.found > 0 ? [`${sum.found.toLocaleString("en")} of them were before`] : []),
    ...(left > 0 ? [`for ${left.toLocaleString("en")} there is no room`] : []),
    ...(sum.failed.length > 0 ? [`${sum.failed.length.toLocaleString("en")} could not be had`] : []),
  ];
  return {
    target: target.spec,
    folder: own,
    samples: total,
    ...sum,
    left,
    code: codeOf(target, `{ ${options.join(", ")} }`),
    summary: `${parts.join(", ")}, in ${own}.`,
  };
}

/** The samples of a target, which become batches after the cache. */
function samplesOf({ spec, sequence }: Target): Sequence<unknown> {
  const samples = isBatches(sequence) ? sequence.dataset : sequence;
  if (isSequence(samples)) return samples;
  throw new UsageError(
    `diskCache() keeps the samples of a Sequence, but ${nameOf(samples)} of ${spec} is none. Make it a class that extends Sequence.`,
  );
}

/** What makes the cache in a program, and batches of it where the target makes some of samples that have no name here. */
function codeOf({ name, sequence, batchSize }: Target, options: string): string {
  if (!isBatches(sequence) || batchSize !== undefined) return `diskCache(${name}, ${options})`;
  const { dataset, shuffle, dropLast, sampler, collate } = sequence;
  const others = [
    `batchSize: ${sequence.batchSize}`,
    ...(shuffle ? ["shuffle: true"] : []),
    ...(dropLast ? ["dropLast: true"] : []),
    ...(sampler === undefined ? [] : ["sampler"]),
    ...(collate === undefined ? [] : ["collate"]),
  ];
  const samples = nameOf(dataset).replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (start) => start.toLowerCase());
  return `batches(diskCache(${samples}, ${options}), { ${others.join(", ")} })`;
}
