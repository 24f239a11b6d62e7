/** What serves a loader in a worker that a factory started: the user's classes, and ours by the places of their modules. */
import { offeredModule } from "../core/offered.ts";
import { serveFactory } from "../worker/entry/served.ts";
import { type Served, servedModules } from "../worker/wire/served-names.ts";

/**
 * Every module with a class or function of ours that may be sent, but for those that want packages, which are offered
 * where the worker's script imports them. Each is loaded when something of it is, in Node too: a worker that cannot load
 * one, in want of file descriptors, is replaced by another.
 */
const own: Readonly<Record<string, () => Promise<object>>> = {
  "bytes/http-source": () => import("../bytes/http-source.ts"),
  "data/array/npz": () => import("../data/array/npz.ts"),
  "data/array/records": () => import("../data/array/records.ts"),
  "data/array/rows": () => import("../data/array/rows.ts"),
  "data/disk-cache/disk-cache": () => import("../data/disk-cache/disk-cache.ts"),
  "data/folder/folder": () => import("../data/folder/folder.ts"),
  "data/folder/metadata": () => import("../data/folder/metadata.ts"),
  "data/parquet/hub": () => import("../data/parquet/hub.ts"),
  "data/split": () => import("../data/split.ts"),
  "data/tar/tar": () => import("../data/tar/tar.ts"),
  "data/text/csv": () => import("../data/text/csv.ts"),
  "data/text/jsonl": () => import("../data/text/jsonl.ts"),
  "data/text/lines": () => import("../data/text/lines.ts"),
  "data/tfrecord/tfrecord": () => import("../data/tfrecord/tfrecord.ts"),
  "data/vocabulary": () => import("../data/vocabulary.ts"),
  "data/wav": () => import("../data/wav.ts"),
  "data/windows": () => import("../data/windows.ts"),
  "data/zip/zip-archive": () => import("../data/zip/zip-archive.ts"),
  "sampler/balanced": () => import("../sampler/balanced.ts"),
  "sampler/block": () => import("../sampler/block.ts"),
  "sampler/bucket": () => import("../sampler/bucket.ts"),
  "sampler/random": () => import("../sampler/random.ts"),
  "sampler/sequential": () => import("../sampler/sequential.ts"),
  "sampler/subset": () => import("../sampler/subset.ts"),
  "sampler/weighted": () => import("../sampler/weighted.ts"),
  "sequence/batching/batches": () => import("../sequence/batching/batches.ts"),
  "sequence/batching/pad": () => import("../sequence/batching/pad.ts"),
  "sequence/combinators/cache": () => import("../sequence/combinators/cache.ts"),
  "sequence/combinators/concat": () => import("../sequence/combinators/concat.ts"),
  "sequence/combinators/cutmix": () => import("../sequence/combinators/cutmix.ts"),
  "sequence/combinators/map": () => import("../sequence/combinators/map.ts"),
  "sequence/combinators/mix": () => import("../sequence/combinators/mix.ts"),
  "sequence/combinators/mixup": () => import("../sequence/combinators/mixup.ts"),
  "sequence/combinators/random-choice": () => import("../sequence/combinators/random-choice.ts"),
  "sequence/combinators/repeat": () => import("../sequence/combinators/repeat.ts"),
  "sequence/combinators/select": () => import("../sequence/combinators/select.ts"),
  "sequence/combinators/shard": () => import("../sequence/combinators/shard.ts"),
  "sequence/combinators/slice": () => import("../sequence/combinators/slice.ts"),
  "sequence/combinators/zip": () => import("../sequence/combinators/zip.ts"),
  "train/data/arrays": () => import("../train/data/arrays.ts"),
  "train/data/moments": () => import("../train/data/moments.ts"),
  "train/data/without-hooks": () => import("../train/data/without-hooks.ts"),
};

/** What is served, in words; undefined where nothing is yet. */
let serving: string | undefined;

/**
 * Serves `classes` to the loader that started this worker.
 *
 * @throws OptionError if this is no worker, it serves something else already, or an id is missing or given twice.
 */
export function serveHere(classes: Served): void {
  const what = Object.entries(classes)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join("\n");
  // WebKit runs a worker's script again where a chunk that comes later imports from it.
  if (what === serving) return;
  serveFactory(servedModules(classes, async (place) => own[place]?.() ?? offeredModule(place)));
  serving = what;
}
