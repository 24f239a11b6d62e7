/**
 * A run over the pictures: a stream of batches that can be paused, and gone on with from the loader's state, with any
 * number of workers, and whose workers can be killed. Another loader, whose worker nobody kills, can follow it, to see that
 * the stream is the same.
 */
import { DataLoader, type DataLoaderOptions, type LoaderState, type Tensor } from "epochal";
import { addTo, emptyDigest } from "./digest.ts";
import { batchesOf, type Photos } from "./photos.ts";

/** Pictures [n, side, side, 3] from -1 to 1, and the numbers of their classes [n]. */
export type Batch = readonly [x: Tensor<"float32">, y: Tensor<"int32">];

/** How far the stream was compared with that of a loader that is left alone. */
export interface Comparison {
  readonly batches: number;
  readonly digest: number;
  /** The first batch that differed; undefined for none. */
  readonly differs: number | undefined;
}

/** A worker, which serves the class of the data set. */
const startWorker = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

function open(photos: Photos, options: DataLoaderOptions) {
  return new DataLoader(batchesOf(photos), { seed: 7, ...options });
}

export class Run {
  readonly photos: Photos;
  /** The digest of the stream after each of its batches. */
  readonly digests: number[] = [];
  /** Where the stream stands: all that is needed to go on with it. */
  state: LoaderState | undefined;
  /** Undefined until it is asked for. */
  comparison: Comparison | undefined;
  /** One for each time that it was gone on with. */
  readonly #loaders: ReturnType<typeof open>[] = [];
  /** Of the loader that runs, those that were not killed. */
  #workers: Worker[] = [];
  readonly #reference: ReturnType<typeof open>;
  readonly #same: ReturnType<ReturnType<typeof open>["epochs"]>;
  #comparing = false;
  #pausing = false;
  #ended = false;

  constructor(photos: Photos) {
    this.photos = photos;
    this.#reference = open(photos, { workers: 1, worker: startWorker, maxQueueSize: 2 });
    this.#same = this.#reference.epochs(Number.MAX_SAFE_INTEGER);
  }

  /** Goes on with the stream to the end of an epoch; says whether it came there, or was paused. */
  async play(
    workers: number,
    epochs: number,
    use: (batch: Batch) => Promise<void>,
  ): Promise<"finished" | "paused"> {
    this.#pausing = false;
    this.#workers = [];
    const worker = () => {
      const started = startWorker();
      this.#workers.push(started);
      return started;
    };
    const loader = open(this.photos, { workers, worker, state: this.state });
    this.#loaders.push(loader);
    try {
      while (loader.epoch < epochs) {
        for await (const batch of loader) {
          this.digests.push(digestOf(batch, this.digests.at(-1)));
          this.state = loader.state();
          await use(batch);
          if (this.#pausing) return "paused";
        }
      }
      return "finished";
    } finally {
      await loader.close();
      this.#workers = [];
    }
  }

  /** Kills the worker that has lived longest. The loader is not told. */
  kill(): void {
    this.#workers.shift()?.terminate();
  }

  /** The first batch of the stream, to look at. */
  async first(): Promise<Batch | undefined> {
    for await (const batch of open(this.photos, { maxQueueSize: 1 })) return batch;
    return undefined;
  }

  /** The loader that runs, or ran last. */
  get loader(): ReturnType<typeof open> | undefined {
    return this.#loaders.at(-1);
  }

  /** Workers that were lost, and replaced. */
  get lost(): number {
    return this.#loaders.reduce((sum, loader) => sum + loader.report().workersLost, 0);
  }

  /** Ends the loop after the batch at hand. */
  pause(): void {
    this.#pausing = true;
  }

  /** Loads the same stream once more, as far as it has come. */
  async compare(): Promise<void> {
    this.comparison ??= { batches: 0, digest: emptyDigest, differs: undefined };
    if (this.#comparing) return;
    this.#comparing = true;
    try {
      while (this.comparison.batches < this.digests.length && !this.#ended) {
        const { value: batch } = await this.#same.next();
        if (batch === undefined) return;
        const { batches: place, differs }: Comparison = this.comparison;
        const digest = digestOf(batch, this.comparison.digest);
        const same = digest === this.digests[place];
        this.comparison = { batches: place + 1, digest, differs: differs ?? (same ? undefined : place) };
      }
    } finally {
      this.#comparing = false;
    }
  }

  /** Ends all of it. */
  async end(): Promise<void> {
    this.#pausing = true;
    this.#ended = true;
    await this.#reference.close();
  }
}

function digestOf([x, y]: Batch, before = emptyDigest): number {
  return addTo(addTo(before, x.data), y.data);
}
