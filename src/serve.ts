/** What a worker's script calls, where a factory starts workers. Ours are known by the places of their modules. */
import { serveFactory } from "./worker/entry/served.ts";
import { type Served, servedModules } from "./worker/wire/served-names.ts";

/** Every module with a class or function of ours that may be sent. Each is loaded when something of it is. */
const own: Readonly<Record<string, () => Promise<object>>> = {
  "bytes/http-source": () => import("./bytes/http-source.ts"),
  "data/array/npz": () => import("./data/array/npz.ts"),
  "data/array/records": () => import("./data/array/records.ts"),
  "data/array/rows": () => import("./data/array/rows.ts"),
  "data/arrow/arrow": () => import("./data/arrow/arrow.ts"),
  "data/disk-cache/disk-cache": () => import("./data/disk-cache/disk-cache.ts"),
  "data/folder/folder": () => import("./data/folder/folder.ts"),
  "data/folder/metadata": () => import("./data/folder/metadata.ts"),
  "data/hdf5/hdf5": () => import("./data/hdf5/hdf5.ts"),
  "data/parquet/hub": () => import("./data/parquet/hub.ts"),
  "data/parquet/parquet": () => import("./data/parquet/parquet.ts"),
  "data/split": () => import("./data/split.ts"),
  "data/tar/tar": () => import("./data/tar/tar.ts"),
  "data/text/csv": () => import("./data/text/csv.ts"),
  "data/text/jsonl": () => import("./data/text/jsonl.ts"),
  "data/text/lines": () => import("./data/text/lines.ts"),
  "data/tfrecord/tfrecord": () => import("./data/tfrecord/tfrecord.ts"),
  "data/vocabulary": () => import("./data/vocabulary.ts"),
  "data/wav": () => import("./data/wav.ts"),
  "data/windows": () => import("./data/windows.ts"),
  "data/zip/zip-archive": () => import("./data/zip/zip-archive.ts"),
  "sampler/balanced": () => import("./sampler/balanced.ts"),
  "sampler/block": () => import("./sampler/block.ts"),
  "sampler/bucket": () => import("./sampler/bucket.ts"),
  "sampler/random": () => import("./sampler/random.ts"),
  "sampler/sequential": () => import("./sampler/sequential.ts"),
  "sampler/subset": () => import("./sampler/subset.ts"),
  "sampler/weighted": () => import("./sampler/weighted.ts"),
  "sequence/batching/batches": () => import("./sequence/batching/batches.ts"),
  "sequence/batching/pad": () => import("./sequence/batching/pad.ts"),
  "sequence/combinators/cache": () => import("./sequence/combinators/cache.ts"),
  "sequence/combinators/concat": () => import("./sequence/combinators/concat.ts"),
  "sequence/combinators/cutmix": () => import("./sequence/combinators/cutmix.ts"),
  "sequence/combinators/map": () => import("./sequence/combinators/map.ts"),
  "sequence/combinators/mix": () => import("./sequence/combinators/mix.ts"),
  "sequence/combinators/mixup": () => import("./sequence/combinators/mixup.ts"),
  "sequence/combinators/random-choice": () => import("./sequence/combinators/random-choice.ts"),
  "sequence/combinators/repeat": () => import("./sequence/combinators/repeat.ts"),
  "sequence/combinators/select": () => import("./sequence/combinators/select.ts"),
  "sequence/combinators/shard": () => import("./sequence/combinators/shard.ts"),
  "sequence/combinators/slice": () => import("./sequence/combinators/slice.ts"),
  "sequence/combinators/zip": () => import("./sequence/combinators/zip.ts"),
  "train/data/arrays": () => import("./train/data/arrays.ts"),
  "train/data/moments": () => import("./train/data/moments.ts"),
  "train/data/without-hooks": () => import("./train/data/without-hooks.ts"),
};

/**
 * Serves your classes to the loader that started this worker: what the script of a worker calls that the option `worker` of
 * a {@link DataLoader} makes. Call it once, as soon as the script is loaded.
 *
 * A single class of a dataset needs no name; of several, and of functions marked by {@link portable}, each needs an `id`
 * that is a literal, as bundlers change names. Combinators, readers and samplers of epochal need not be given.
 *
 * @param classes the classes and functions that sequences of the page are made of
 * @throws OptionError if this is no worker, or an id is missing or given twice.
 * @example
 * // In worker.ts, after importing the class:
 * serve({ CIFAR10Sequence });
 *
 * // In the page:
 * const worker = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
 * const batches = new DataLoader(train, { workers: 2, worker });
 */
export function serve(classes: Served = {}): void {
  serveFactory(servedModules(classes, own));
}
