/** How many workers a loader uses and how far they may be ahead: as it was told, or as the tuner chooses. */

/** What is told, and within which bounds a tuner chooses the rest. */
export interface SettingOptions {
  /** A fixed number, or undefined to choose. */
  readonly workers: number | undefined;
  /** A fixed number, or undefined to choose. */
  readonly maxQueueSize: number | undefined;
  /** Most workers to use: the cores there are. */
  readonly cores: number;
  /** Bytes that all batches ahead of the consumer may take. */
  readonly memory: number;
}

/** The options of a loader that say it. */
interface Given {
  readonly workers: number | "auto";
  readonly maxQueueSize: number | "auto";
}

/** What a batch cost. Times in milliseconds. */
export interface Observation {
  /** In `getItem`. */
  readonly fetch: number;
  /** Of it, waiting: for the network, a timer, a disk. */
  readonly asleep: number;
  /** That the consumer waited for it. */
  readonly waited: number;
  /** That the consumer spent on the batch before and on waiting for this one. */
  readonly interval: number;
  readonly bytes: number;
  /** Bytes of files read for it. */
  readonly bytesRead: number;
  /** Says whether a worker is still starting, so that what is achieved is not by all of them. Default none. */
  isStarting?(): boolean;
}

/** What to use from now on. */
export interface Setting {
  readonly workers: number;
  /** Whether other workers are to stay at hand, as they may be taken again soon. */
  readonly keep: boolean;
  /** Batches that may exist ahead of the consumer. */
  readonly capacity: number;
}

/** What a loader's options say of it; `"auto"` is to be chosen. */
export function settingOptions(
  { workers, maxQueueSize, memory }: Given & { readonly memory: number },
  cores: number,
): SettingOptions {
  const fixed = (option: number | "auto"): number | undefined => (option === "auto" ? undefined : option);
  return { workers: fixed(workers), maxQueueSize: fixed(maxQueueSize), memory, cores };
}

/** Whether something is to be chosen. */
export function isTuned({ workers, maxQueueSize }: Given): boolean {
  return workers === "auto" || maxQueueSize === "auto";
}

/** Whoever says what to use, and is told of each batch. */
export interface Chooser {
  /** What to use now. */
  readonly setting: Setting;
  /** There are no workers to be had: none are chosen. */
  stayInline(): void;
  /** Takes note of a batch; the setting may be another one afterwards. */
  observe(seen: Observation): void;
}

/** Batches that a queue chosen by itself starts with. */
export const firstQueue = 2;

/**
 * Batches that may exist ahead of the consumer, where they take at most `largest` bytes each. Before the first batch its
 * size is unknown, 0, so a byte budget admits one a worker.
 */
export function capacityOf(workers: number, queue: number, memory: number, largest: number): number {
  const wanted = queue + workers;
  if (memory === Number.POSITIVE_INFINITY) return wanted;
  return Math.max(1, Math.min(wanted, largest === 0 ? workers : Math.floor(memory / largest)));
}

/** What was told; nothing is chosen. */
export class FixedSetting implements Chooser {
  readonly #queue: number;
  readonly #memory: number;
  #workers: number;
  #largest = 0;

  constructor({ workers = 0, maxQueueSize = firstQueue, memory }: SettingOptions) {
    this.#workers = workers;
    this.#queue = maxQueueSize;
    this.#memory = memory;
  }

  get setting(): Setting {
    const workers = this.#workers;
    return { workers, keep: false, capacity: capacityOf(workers, this.#queue, this.#memory, this.#largest) };
  }

  stayInline(): void {
    this.#workers = 0;
  }

  observe({ bytes }: Observation): void {
    this.#largest = Math.max(this.#largest, bytes);
  }
}
