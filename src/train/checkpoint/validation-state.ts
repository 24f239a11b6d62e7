/**
 * Validation data in a checkpoint: what they held, where their own hooks change them, and how they come to hold it again.
 *
 * As training data (loader/resume.ts) they are brought back exactly or refused. Their passes do not follow each other, as
 * not every epoch is validated, so a checkpoint says which ones were. Without hooks there is nothing to bring back, and
 * sources that are trained on, too, are training's to bring back. It is done when they are tested first, as training's
 * hooks and the program's callbacks have had their say by then.
 */
import { StateError } from "../../core/errors.ts";
import { type Field, fieldsOf } from "../../loader/contents.ts";
import { isDataLoader } from "../../loader/data-loader.ts";
import { hidesFields } from "../../loader/hidden.ts";
import { sequenceIn } from "../../loader/loader.ts";
import { dataOf, differingFrom } from "../../loader/marks.ts";
import { Combinator, type Hooked, originsOf } from "../../sequence/combinator.ts";
import { callHook } from "../../sequence/fetching.ts";
import { isSequence, nameOf, type Sequence } from "../../sequence/sequence.ts";
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

/** The data of a run whose sources may be the same. */
interface RunData {
  /** What is trained on. */
  readonly data: unknown;
  readonly validationData: unknown;
}

/** What a checkpoint says of the validation data of a run. */
export class ValidationStates {
  readonly #data: Sequence<unknown>;
  readonly #calls: TestHooks;
  /** Where they are to be brought before they are tested first. */
  #saved: ValidationState | undefined;
  /** What they held when they were last looked at. */
  #fields: readonly Field[] = [];
  #epochs: readonly number[];
  /** Where they stood before the test of an epoch that is not over yet. */
  #before: ValidationState | undefined;

  private constructor(data: Sequence<unknown>, saved: ValidationState | undefined, calls: TestHooks) {
    this.#data = data;
    this.#saved = saved;
    this.#epochs = saved?.epochs ?? [];
    this.#calls = calls;
  }

  /** What to say of validation data that stood at `saved`; undefined where no hook can change them. */
  static of(
    { data, validationData }: RunData,
    saved: ValidationState | undefined,
    calls: TestHooks,
  ): ValidationStates | undefined {
    const tested = loadedFrom(validationData);
    if (tested === undefined) return undefined;
    const trained = loadedFrom(data);
    const own = trained ? withoutSources(tested, originsOf(trained)) : tested;
    return own.hasHooks ? new ValidationStates(own, saved, calls) : undefined;
  }

  /** Where they stand, or stood before a test that is to be done again, as its epoch is not over. */
  get(): ValidationState {
    return this.#saved ?? this.#before ?? this.#look();
  }

  /**
   * A test begins.
   *
   * @throws StateError if they do not come to hold what the checkpoint says that is gone on from; what a hook throws.
   */
  async begin(): Promise<void> {
    if (this.#saved) await this.#bringTo(this.#saved);
    this.#saved = undefined;
    this.#before = this.#look();
  }

  /** The epoch of the test that has begun last is over. */
  end(epoch: number): void {
    this.#epochs = [...this.#epochs, epoch];
    this.#before = undefined;
  }

  #look(): ValidationState {
    const fields = fieldsOf(this.#data, this.#fields);
    this.#fields = fields;
    const sequence = statesOf(this.#data);
    const data = dataOf({ before: fields, after: fields }, "begin", 0);
    return { epochs: this.#epochs, data, ...(sequence && { sequence }) };
  }

  async #bringTo({ epochs, data: held, sequence: states }: ValidationState): Promise<void> {
    const data = this.#data;
    if (states) restoreSequence(data, states);
    // No hook has run: what they hold is the program's own choice.
    if (epochs.length === 0) return;
    if (hidesFields(data)) {
      throw new StateError(
        `The run cannot be gone on from for certain: the hooks of its validation data, ${[...originsOf(data)].map(nameOf).join(" and ")}, may have changed their #private fields, and nobody outside can see those. Give the class getState() and static fromState(state), or keep what hooks change in ordinary fields.`,
      );
    }
    if (differingFrom(held, data) === undefined) return;
    for (const epoch of epochs)
      for (const hook of this.#calls.hooks) await callHook(data, hook, { epoch, seed: this.#calls.seed });
    const names = differingFrom(held, data);
    if (names === undefined) return;
    const times = epochs.length === 1 ? "the epoch that was" : `the ${epochs.length} epochs that were`;
    throw new StateError(
      `The validation data are not those of the checkpoint: ${names} holds something else, also after its hooks were called again for ${times} validated. Resume with a newly built sequence of the same data. What a hook draws at random it must draw from the \`random\` that it is given, as in onEpochEnd(epoch, { random }), and not from Math.random(); or give the class getState() and static fromState(state), which a checkpoint keeps.`,
    );
  }
}

/** The sequence of `data`, of a loader what it loads; undefined where there is none. */
function loadedFrom(data: unknown): Sequence<unknown> | undefined {
  if (isDataLoader(data)) return sequenceIn(data);
  return isSequence(data) ? data : undefined;
}

/** `sequence` but for its sources that are among `others`: as ever where there is no such one. */
function withoutSources(sequence: Sequence<unknown>, others: ReadonlySet<Hooked>): Sequence<unknown> {
  const all = [...originsOf(sequence)];
  const left = all.filter((origin) => !others.has(origin));
  return left.length === all.length ? sequence : new Sources(left);
}

/** Sources and their hooks, of which nobody fetches. */
class Sources extends Combinator<never> {
  readonly sources: readonly Hooked[];

  constructor(sources: readonly Hooked[]) {
    super();
    this.sources = sources;
  }

  get length(): number {
    return 0;
  }

  getItem(): never {
    throw new Error("Nobody fetches from these.");
  }

  combines(): readonly Hooked[] {
    return this.sources;
  }
}
