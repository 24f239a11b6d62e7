/**
 * Validation data in a checkpoint: what they held, where their own hooks change them, and how they come to hold it again.
 *
 * As training data (loader/resume.ts) they are brought back exactly or refused. Their passes do not follow each other, as
 * not every epoch is validated, so a checkpoint says which ones were. Without hooks there is nothing to bring back.
 */
import { StateError } from "../../core/errors.ts";
import { type Field, fieldsOf, hidesFields } from "../../loader/contents.ts";
import { type DataLoader, isDataLoader } from "../../loader/data-loader.ts";
import { dataOf, differingFrom, marksIn } from "../../loader/resume.ts";
import { hooksMayChange } from "../../loader/state.ts";
import { callHook, isSequence, nameOf, type Sequence } from "../../sequence/sequence.ts";
import { restoreSequence, statesOf } from "./sequence-state.ts";

/** Where validation data stand whose hooks may change them. */
export interface ValidationState {
  /** The epochs after which they were tested, in order. */
  readonly epochs: readonly number[];
  /** What they held then, in short, as a loader's state says it. */
  readonly data: string;
  /** What their sources gave by their own `getState()`; null for the others. */
  readonly sequence?: readonly unknown[];
}

/** How validation data's hooks are called. */
export interface TestHooks {
  /** Those that one test calls, in order. */
  readonly hooks: readonly ("begin" | "end")[];
  readonly seed: number;
}

/** What a checkpoint says of the validation data of a run. */
export class ValidationStates {
  readonly #data: Sequence<unknown> | DataLoader<unknown>;
  readonly #calls: TestHooks;
  /** What they held when they were last looked at. */
  #fields: readonly Field[] = [];
  #epochs: readonly number[] = [];
  /** Where they stood before the test of an epoch that is not over yet. */
  #before: ValidationState | undefined;

  private constructor(data: Sequence<unknown> | DataLoader<unknown>, calls: TestHooks) {
    this.#data = data;
    this.#calls = calls;
  }

  /**
   * What to say of `data`, which are brought to hold what `saved` says; undefined where no hook can change them.
   *
   * @throws StateError if they do not come to hold that; what a hook throws.
   */
  static async open(
    data: unknown,
    saved: ValidationState | undefined,
    calls: TestHooks,
  ): Promise<ValidationStates | undefined> {
    const mayChange = isSequence(data)
      ? data.hasHooks
      : isDataLoader(data) && hooksMayChange(betweenPasses(data));
    if (!mayChange) return undefined;
    const states = new ValidationStates(data as Sequence<unknown> | DataLoader<unknown>, calls);
    if (saved) await states.#bringTo(saved);
    return states;
  }

  /** Where they stand, or stood before a test that is to be done again, as its epoch is not over. */
  get(): ValidationState {
    return this.#before ?? this.#look();
  }

  /** A test begins. */
  begin(): void {
    this.#before = this.#look();
  }

  /** The epoch of the test that has begun last is over. */
  end(epoch: number): void {
    this.#epochs = [...this.#epochs, epoch];
    this.#before = undefined;
  }

  #look(): ValidationState {
    const data = this.#data;
    const epochs = this.#epochs;
    if (isDataLoader(data)) return { epochs, data: betweenPasses(data).data! };
    const fields = fieldsOf(data, this.#fields);
    this.#fields = fields;
    const sequence = statesOf(data);
    const held = dataOf({ before: fields, after: fields }, "begin", 0);
    return { epochs, data: held, ...(sequence && { sequence }) };
  }

  async #bringTo({ epochs, data: held, sequence: states }: ValidationState): Promise<void> {
    const data = this.#data;
    this.#epochs = epochs;
    if (isDataLoader(data)) {
      if (marksIn(betweenPasses(data)) === marksIn({ data: held })) return;
      throw new StateError(
        "The validation data hold something else than when the checkpoint was saved, or their hooks may have changed them since. They come in a DataLoader, whose sequence's hooks fit cannot call again: give fit the Sequence as validationData.",
      );
    }
    if (states) restoreSequence(data, states);
    if (epochs.length > 0 && hidesFields(data)) {
      throw new StateError(
        `The run cannot be gone on from for certain: the hooks of its validation data, ${nameOf(data)}, may have changed their #private fields, and nobody outside can see those. Give the class getState() and static fromState(state), or keep what hooks change in ordinary fields.`,
      );
    }
    if (differingFrom(held, data) === undefined) return;
    for (const epoch of epochs)
      for (const hook of this.#calls.hooks) await callHook(data, hook, { epoch, seed: this.#calls.seed });
    const names = differingFrom(held, data);
    if (names === undefined) return;
    throw new StateError(
      `The validation data are not those of the checkpoint: ${names} holds something else, also after its hooks were called again for the ${epochs.length} epochs that were validated. Resume with a newly built sequence of the same data. What a hook draws at random it must draw from the \`random\` that it is given, as in onEpochEnd(epoch, { random }), and not from Math.random(); or give the class getState() and static fromState(state), which a checkpoint keeps.`,
    );
  }
}

/** The state of a loader, no pass of which runs, with what its sequence holds now; also after one that was left early. */
function betweenPasses(loader: DataLoader<unknown>): ReturnType<DataLoader<unknown>["state"]> {
  loader.setEpoch(loader.epoch);
  return loader.state();
}
