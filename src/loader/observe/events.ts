/**
 * What happens in a loader, told as it happens to whoever observes it.
 *
 * Invariant: an observer changes nothing. What it throws is mentioned once and goes no further, and what is measured for
 * it alone is measured only while there is one. Times are milliseconds of `performance.now()` in the loader's thread; a
 * worker has a clock of its own, so its times are moved into the span between sending the request and the answer.
 */
import { isThenable } from "../../core/settle.ts";
import { warn } from "../../core/warn.ts";
import type { PoolEvent } from "../../worker/pool/job.ts";
import { thrownSentence } from "../../worker/wire/error-name.ts";

/** A span of time, in milliseconds of `performance.now()` in the loader's thread. */
export interface TimeSpan {
  /** Its start. */
  readonly begin: number;
  /** Its end. */
  readonly end: number;
}

/** Which batch an event is about. */
interface OfBatch {
  /** Number of its epoch, from 0. */
  readonly epoch: number;
  /** What `getItem` is called with. */
  readonly index: number;
}

/** Something that happened in a loader; {@link DataLoader.observe} tells of it. */
export type LoaderEvent =
  | PoolEvent
  /** An epoch has begun: `onEpochBegin` has run, and the loader will deliver `steps` batches. */
  | { readonly type: "epoch"; readonly epoch: number; readonly steps: number; readonly time: number }
  /** An epoch is over: run to its end, or left before. */
  | { readonly type: "epochEnd"; readonly epoch: number; readonly complete: boolean; readonly time: number }
  /**
   * Something was read for a batch: the span of one file or download, or of several of less than a millisecond together.
   * Told with `fetched`.
   */
  | ({ readonly type: "read"; readonly worker: string } & TimeSpan & OfBatch)
  /** An image was decoded for a batch, its steps run, or several likewise. Told with `fetched`. */
  | ({ readonly type: "decoded"; readonly worker: string } & TimeSpan & OfBatch)
  /** `getItem` has given a batch. Told as it arrives. */
  | ({
      readonly type: "fetched";
      readonly worker: string;
      /** Milliseconds of it at work. */
      readonly cpu: number;
      /** Milliseconds of it waiting: for the network, a timer, a disk. */
      readonly waited: number;
    } & TimeSpan &
      OfBatch)
  /** The consumer has waited for a batch. */
  | ({ readonly type: "wait" } & TimeSpan & OfBatch)
  /** A batch is handed to the consumer, who works on it until it asks for the next one. */
  | ({
      readonly type: "delivered";
      readonly worker: string;
      readonly time: number;
      /** Its place in the epoch, over all ranks. */
      readonly position: number;
      readonly bytes: number;
      /** Batches that lie ready behind it. */
      readonly queued: number;
      /** The batch itself, to be read during the call only: it is the consumer's. */
      readonly batch: unknown;
    } & OfBatch)
  /** A batch that could not be had was left out, as `onError` is `"skip"`. */
  | ({ readonly type: "skipped"; readonly time: number; readonly error: Error } & OfBatch);

/** Is told of what happens. */
export type Observer = (event: LoaderEvent) => void;

/** An observer, as often as it was added. */
interface Listener {
  readonly tell: (event: LoaderEvent) => unknown;
  ended: boolean;
}

/** Observers. The list is replaced and not changed, so that one may be added or end while all are told. */
export interface Audience {
  listeners: readonly Listener[];
}

/**
 * Tells those who observe a loader. They are the loader's to hold: they may refer to it, and what tells them belongs to its
 * workers, which must not keep it from being collected.
 */
export class Observers {
  readonly #audience: WeakRef<Audience>;
  #count = 0;
  #noted: LoaderEvent[] = [];
  #warned = false;

  constructor(audience: Audience) {
    this.#audience = new WeakRef(audience);
  }

  /** Whether there is one: nothing need be measured for nobody. */
  get present(): boolean {
    return this.#count > 0;
  }

  /** Tells `observer` of what happens from now on, until what is returned is called. */
  add(observer: Observer): () => void {
    const audience = this.#audience.deref()!;
    const listener: Listener = { tell: observer, ended: false };
    const become = (listeners: readonly Listener[]): void => {
      audience.listeners = listeners;
      this.#count = listeners.length;
    };
    become([...audience.listeners, listener]);
    return () => {
      listener.ended = true;
      become(audience.listeners.filter((one) => one !== listener));
    };
  }

  /** Has all of them be told soon, when nothing of ours is under way: they may close the loader, or leave its loop. */
  note(event: LoaderEvent): void {
    if (!this.present) return;
    if (this.#noted.push(event) === 1) queueMicrotask(() => this.#flush());
  }

  /** Tells all of them now, after what was noted before. */
  tell(event: LoaderEvent): void {
    this.note(event);
    this.#flush();
  }

  #flush(): void {
    const noted = this.#noted;
    this.#noted = [];
    const audience = this.#audience.deref();
    if (audience === undefined) return;
    for (const event of noted) {
      // One that is added by another is told of what comes after, one that is ended by another of nothing.
      for (const listener of audience.listeners) {
        if (listener.ended) continue;
        try {
          const told = listener.tell(event);
          if (isThenable(told)) told.then(undefined, (error) => this.#mention(event, error));
        } catch (error) {
          this.#mention(event, error);
        }
      }
    }
  }

  #mention({ type }: LoaderEvent, error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    warn(
      "EPOCHAL_OBSERVER",
      `An observer of the loader threw at "${type}", which changes nothing: ${thrownSentence(error)} Other errors of observers of this loader are not mentioned.`,
    );
  }
}
