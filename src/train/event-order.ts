/**
 * In which order a run of `fit` asks for batches, between the events that its callbacks have: ours, or another that is
 * injected, as Keras' own orders are (adapters/keras).
 *
 * Ours is that of docs/reference/training.md: a batch is fetched before its step begins, and the loader calls the sequence's hooks.
 */
import { OptionError } from "../core/errors.ts";
import { type DataLoader, isDataLoader } from "../loader/data-loader.ts";
import type { LoaderState } from "../loader/state.ts";
import { isStream } from "../sequence/generator.ts";
import { isSequence } from "../sequence/sequence.ts";
import type { HookName } from "./callback.ts";
import { restoreSequence } from "./checkpoint/sequence-state.ts";
import type { TrainingState } from "./checkpoint/training-state.ts";
import { type TestHooks, ValidationStates } from "./checkpoint/validation-state.ts";
import { type Feed, PassFeed } from "./data/feed.ts";
import { checkEnds, openLoader, openPasses, type Passes } from "./data/source.ts";
import { StreamLoader } from "./data/stream-loader.ts";
import type { ResolvedTrain } from "./options.ts";
import type { Trainable } from "./trainable.ts";

/** Opens the data of a run, in some order of events. */
export type EventOrder = (run: RunStart) => Promise<OpenData>;

/** The data of a run. */
export interface OpenData {
  readonly feed: Feed;
  /** Undefined without validation. */
  readonly validation: Passes | undefined;
  /** What a checkpoint says of the validation data; undefined where it need not. */
  readonly validationStates: ValidationStates | undefined;
  /** Calls an event's hooks by `call`, and what comes before and after them. Left out where nothing does. */
  around?(hook: HookName, call: () => Promise<void>): Promise<void>;
}

/** A run before its first event: what is trained, and where it begins. */
export interface RunStart {
  readonly model: Trainable;
  readonly data: unknown;
  readonly settings: ResolvedTrain;
  /** The checkpoint that is gone on from. */
  readonly saved: TrainingState | undefined;
  readonly epoch: number;
  /** Steps of that epoch that are done. */
  readonly step: number;
  /** Whether these were all, so that only the epoch's end is left. */
  readonly over: boolean;
}

/** A run that goes on from `saved`, or begins anew; validation data are drawn from the seed of that run, too. */
export function startOf(
  model: Trainable,
  data: unknown,
  { settings, saved }: { readonly settings: ResolvedTrain; readonly saved: TrainingState | undefined },
): RunStart {
  const run = { model, data, settings, saved };
  if (saved === undefined) return { ...run, epoch: settings.initialEpoch, step: 0, over: false };
  const { epoch, step } = saved;
  const { position, seed } = saved.data as LoaderState;
  const over = step > 0 && position === 0;
  // A loader that was given has a seed of its own.
  if (seed === undefined || isDataLoader(data)) return { ...run, epoch, step, over };
  const validationLoad = { seed, ...settings.validationLoad };
  return { ...run, settings: { ...settings, validationLoad }, epoch, step, over };
}

/** Our own order. */
export const ours: EventOrder = async ({ data, settings, saved, over }) => {
  if (saved?.sequence && isSequence(data)) restoreSequence(data, saved.sequence);
  const feed = isStream(data)
    ? new PassFeed(new StreamLoader(data, settings, saved), settings, false)
    : new PassFeed(openTraining(data, settings, saved), settings, over);
  const hooks = ["begin", "end"] as const;
  return {
    feed,
    validation: openValidation(settings.validationData, settings),
    validationStates: openValidationStates({ data, settings, saved }, hooks),
  };
};

/**
 * The loader to train from.
 *
 * @throws OptionError if the data are none to train with, or a loader that was given stands elsewhere than `saved`.
 */
export function openTraining(
  data: unknown,
  settings: ResolvedTrain,
  saved: TrainingState | undefined,
): DataLoader<unknown> {
  const { load, signal, initialEpoch, stepsPerEpoch } = settings;
  const state = saved?.data as LoaderState | undefined;
  const given = isDataLoader(data);
  const from = state ? { state } : initialEpoch > 0 ? { initialEpoch } : {};
  const loader = openLoader("fit", data, { ...load, ...(!given && from), ...(signal && { signal }) });
  checkEnds("fit", loader.steps, { stepsPerEpoch });
  if (given && state) checkStandsAt(loader, state);
  return loader;
}

/** Passes over validation data; never shuffled, and by each rank over all of them. */
export function openValidation(data: unknown, settings: ResolvedTrain): Passes | undefined {
  if (data === undefined) return undefined;
  const { signal, validationSteps: steps, validationLoad } = settings;
  const { shuffle: _shuffle, shard: _shard, ...load } = validationLoad;
  return openPasses("validationData", data, { load, signal, steps });
}

/** What a checkpoint says of the validation data of a run, of which one test calls `hooks`; a loader calls its own. */
export function openValidationStates(
  { data, settings, saved }: Pick<RunStart, "data" | "settings" | "saved">,
  hooks: TestHooks["hooks"],
): ValidationStates | undefined {
  const { validationData, validationLoad } = settings;
  const calls = isDataLoader(validationData)
    ? { hooks: ["begin", "end"] as const, seed: validationData.seed }
    : { hooks, seed: validationLoad.seed ?? 0 };
  return ValidationStates.of({ data, validationData }, saved?.validation, calls);
}

/** A loader that was given must have been made with the state that the checkpoint holds. */
function checkStandsAt(loader: DataLoader<unknown>, state: LoaderState): void {
  const { epoch, position } = loader.state();
  if (epoch === state.epoch && position === state.position) return;
  throw new OptionError(
    `The checkpoint goes on at batch ${state.position} of epoch ${state.epoch}, but the DataLoader stands at batch ${position} of epoch ${epoch}. Give fit the Sequence, which it then loads from the right place.`,
  );
}
