/** A stream in the place of a loader: what `fit` needs of one, for data that has no index. */
import { OptionError, StateError } from "../../core/errors.ts";
import type { Stream } from "../../sequence/generator.ts";
import type { TrainingState } from "../checkpoint/training-state.ts";
import type { ResolvedTrain } from "../options.ts";
import type { FeedLoader } from "./feed.ts";

/** Passes over a stream, one after the other. */
export class StreamLoader implements FeedLoader {
  /** It is read in one go: a pass that was left cannot be gone on with. */
  readonly sequential = true;
  readonly #stream: Stream<unknown>;

  /**
   * @throws OptionError for options of a loader, or an endless stream without `stepsPerEpoch`; StateError for a
   * checkpoint from inside of a pass, or of no stream.
   */
  constructor(
    stream: Stream<unknown>,
    { load, stepsPerEpoch }: Pick<ResolvedTrain, "load" | "stepsPerEpoch">,
    saved?: TrainingState,
  ) {
    const [given] = Object.keys(load);
    if (given !== undefined) {
      throw new OptionError(
        `\`${given}\` is for a Sequence. A stream has no index, so it is read in its own order, by one reader, from its beginning.`,
      );
    }
    if (stepsPerEpoch === undefined && stream.length === Number.POSITIVE_INFINITY) {
      throw new OptionError(
        "This stream never ends: say with `stepsPerEpoch` how many batches an epoch has.",
      );
    }
    this.#stream = stream;
    if (saved !== undefined) stream.nextPass = passAfter(saved);
  }

  /** Number of the pass that begins next. */
  get epoch(): number {
    return this.#stream.nextPass;
  }

  get steps(): number {
    return this.#stream.length ?? Number.POSITIVE_INFINITY;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return this.#stream[Symbol.asyncIterator]();
  }

  /** The pass that begins next: that is where a run goes on. No pass is used up before the generator says so. */
  state(): { readonly epoch: number } {
    return { epoch: this.epoch };
  }

  async close(): Promise<void> {}
}

/** The pass with which a run goes on. */
function passAfter({ step, epoch, data }: TrainingState): number {
  if (step > 0) {
    throw new StateError(
      `The checkpoint was taken after step ${step} of epoch ${epoch}, but a stream has no place to go on from inside of an epoch. Save at epoch ends, or write a Sequence.`,
    );
  }
  const { epoch: pass, position } = data as { readonly epoch?: unknown; readonly position?: unknown };
  if (Number.isSafeInteger(pass) && (pass as number) >= 0 && position === undefined) return pass as number;
  throw new StateError(
    "The checkpoint was taken of a run over a Sequence, and this is a stream. Give fit what it was given then.",
  );
}
