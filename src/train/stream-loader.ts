/** A stream in the place of a loader: what `fit` needs of one, for data that has no index. */
import { OptionError, StateError } from "../core/errors.ts";
import type { Stream } from "../sequence/generator.ts";
import type { FeedLoader } from "./feed.ts";
import type { ResolvedFit } from "./options.ts";
import type { TrainingState } from "./training-state.ts";

/** Passes over a stream, one after the other. */
export class StreamLoader implements FeedLoader {
  readonly epoch = 0;
  readonly #stream: Stream<unknown>;

  /**
   * @throws OptionError for options of a loader, or an endless stream without `stepsPerEpoch`; StateError for a
   * checkpoint from the middle of an epoch.
   */
  constructor(
    stream: Stream<unknown>,
    { load, stepsPerEpoch }: Pick<ResolvedFit, "load" | "stepsPerEpoch">,
    saved?: TrainingState,
  ) {
    const [given] = Object.keys(load);
    if (given !== undefined) {
      throw new OptionError(
        `\`${given}\` is for a Sequence. A stream has no index, so it is read in its own order by one reader; see docs/decisions/generators.md.`,
      );
    }
    if (stepsPerEpoch === undefined && stream.length === Number.POSITIVE_INFINITY) {
      throw new OptionError(
        "This stream never ends: say with `stepsPerEpoch` how many batches an epoch has.",
      );
    }
    if (saved !== undefined && saved.step > 0) {
      throw new StateError(
        `The checkpoint was taken after step ${saved.step} of epoch ${saved.epoch}, but a stream has no place to go on from inside of an epoch. Save at epoch ends, or write a Sequence.`,
      );
    }
    this.#stream = stream;
  }

  get steps(): number {
    return this.#stream.length ?? Number.POSITIVE_INFINITY;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return this.#stream[Symbol.asyncIterator]();
  }

  /** Nothing to go on from; the epoch that it names is never used up before the generator says so. */
  state(): { readonly epoch: 0 } {
    return { epoch: 0 };
  }

  async close(): Promise<void> {}
}
