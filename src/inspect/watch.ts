/** A loader that is looked at: its events are taken in, and, while somebody wants them, looks at its batches. */
import type { DataLoader } from "../loader/data-loader.ts";
import type { LoaderEvent } from "../loader/observe/events.ts";
import { EventFeed } from "./feed.ts";
import type { BatchLook } from "./protocol.ts";
import { Looks, lookAt } from "./snapshot.ts";

/** Milliseconds between two looks. */
const between = 1000;

/** Watches a loader until it is told to stop. */
export class LoaderWatch {
  readonly loader: DataLoader<unknown>;
  readonly feed: EventFeed;
  readonly #looks = new Looks();
  readonly #stop: () => void;
  /** Wants looks at batches, one a second; is called while the batch is handed over. */
  wants: ((snapshot: BatchLook) => void) | undefined;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(loader: DataLoader<unknown>) {
    this.loader = loader;
    this.feed = new EventFeed(loader);
    this.#stop = loader.observe((event) => this.#tell(event));
  }

  /** Has no more told; what was is still there. */
  stop(): void {
    this.#stop();
    this.wants = undefined;
  }

  #tell(event: LoaderEvent): void {
    this.feed.tell(event);
    const { wants } = this;
    if (wants === undefined || event.type !== "delivered" || event.time - this.#looked < between) return;
    this.#looked = event.time;
    this.#looks.take((effort) => wants(lookAt(event.batch, event, effort)));
  }
}
