/** Where a training run stands, as a checkpoint keeps it. */
import { isData } from "../../loader/marks.ts";
import { isRecord } from "./json.ts";
import type { ValidationState } from "./validation-state.ts";

/** Where a training run stands: JSON, in which callbacks may keep tensors. */
export interface TrainingState {
  /** Version of this format. */
  readonly version: 1;
  /** Epoch that runs, or comes next. */
  readonly epoch: number;
  /** Steps of that epoch that are done. */
  readonly step: number;
  /** The loader's own state as of the last step that was done: which batch comes next. */
  readonly data: unknown;
  /** What the sequence's sources gave by their own `getState()`, where they have hooks; null for the others. */
  readonly sequence?: readonly unknown[];
  /** Where validation data stand, where hooks may change them. */
  readonly validation?: ValidationState;
  /** Running sums of the epoch's metrics, so that its mean is right after a resume. */
  readonly sums: { readonly size: number; readonly values: readonly number[] };
  /** What `History` has so far. */
  readonly history: {
    readonly epoch: readonly number[];
    readonly history: Readonly<Record<string, readonly number[]>>;
  };
  /** What each callback gave by `getState()`, with its class; null for the others. In the order of the list. */
  readonly callbacks: readonly ({ readonly name: string; readonly state: unknown } | null)[];
}

/** Whether what a file holds is a {@link TrainingState}. */
export function isTrainingState(value: unknown): value is TrainingState {
  if (!isRecord(value)) return false;
  const { version, epoch, step, data, sequence, validation, sums, history, callbacks } = value;
  return (
    version === 1 &&
    isCount(epoch) &&
    isCount(step) &&
    isRecord(data) &&
    (sequence === undefined || Array.isArray(sequence)) &&
    (validation === undefined || isValidationState(validation)) &&
    isRecord(sums) &&
    typeof sums.size === "number" &&
    isNumbers(sums.values) &&
    isRecord(history) &&
    isNumbers(history.epoch) &&
    isRecord(history.history) &&
    Object.values(history.history).every(isNumbers) &&
    Array.isArray(callbacks) &&
    callbacks.every((one) => one === null || (isRecord(one) && typeof one.name === "string"))
  );
}

function isValidationState(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { epochs, data, sequence } = value;
  return (
    Array.isArray(epochs) &&
    epochs.every(isCount) &&
    isData(data) &&
    (sequence === undefined || Array.isArray(sequence))
  );
}

/** Whether `value` is a number of epochs or steps. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}
