/**
 * Which numbers are better: the part that EarlyStopping, ModelCheckpoint and ReduceLROnPlateau share.
 *
 * Lineage: Keras' `MonitorCallback`. A number that is NaN is never better.
 */
import { checkChoice, checkNumber } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { warn } from "../../core/warn.ts";
import type { Logs } from "../logs.ts";
import { metricOf, namesOf } from "./metric.ts";

/** Whether less or more is better; `auto` decides by the metric's name. */
export type MonitorMode = "auto" | "min" | "max";

/** What is watched. */
export interface MonitorOptions {
  /** Name of a number in the epoch's logs; `accuracy` and `acc` are one, and so are `mse` and `meanSquaredError`. Default `val_loss`. */
  readonly monitor?: string;
  /** Default `auto`. */
  readonly mode?: MonitorMode;
  /** Change that counts as better; smaller ones do not. Default 0. */
  readonly minDelta?: number;
}

/** Metrics of which more is better, and less; by the words in their names. */
const more = /acc|auc|precision|recall|f1|fmeasure|f_?score|fbeta|iou|dice|r2|kappa|true_?(pos|neg)/i;
const less =
  /loss|err|mse|mae|mape|msle|rmse|perplexity|entropy|divergence|hinge|poisson|logcosh|proximity|false_?(pos|neg)|time/i;

/**
 * Whether less or more of `monitor` is better.
 *
 * @throws OptionError if `mode` is `auto` and the name does not tell.
 */
export function directionOf(owner: string, monitor: string, mode: MonitorMode): "min" | "max" {
  if (mode !== "auto") return mode;
  const names = namesOf(monitor.replace(/^val_/, ""));
  if (names.some((name) => less.test(name))) return "min";
  if (names.some((name) => more.test(name))) return "max";
  throw new OptionError(
    `${owner} cannot tell from the name whether \`monitor\` ${JSON.stringify(monitor)} shall be small or large. Pass \`mode: "min"\` or \`mode: "max"\`.`,
  );
}

/** Watches one number of the epochs' logs. */
export class Monitor {
  readonly name: string;
  readonly direction: "min" | "max";
  readonly minDelta: number;
  readonly #owner: string;
  #warned = false;

  /** @throws OptionError if an option is none, or `mode: "auto"` cannot be resolved. */
  constructor(owner: string, { monitor = "val_loss", mode = "auto", minDelta = 0 }: MonitorOptions) {
    if (typeof monitor !== "string" || monitor === "") {
      throw new OptionError(`${owner}: \`monitor\` must be the name of a metric, such as "val_loss".`);
    }
    checkChoice("mode", mode, ["auto", "min", "max"]);
    checkNumber("minDelta", minDelta);
    this.name = monitor;
    this.direction = directionOf(owner, monitor, mode);
    // As in Keras, its sign does not matter.
    this.minDelta = Math.abs(minDelta);
    this.#owner = owner;
  }

  /** The worst number there is: everything that is a number is better. */
  get worst(): number {
    return this.direction === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  /**
   * The number watched; where it is missing, undefined, and one warning that tells what there is instead.
   *
   * @param then what the callback does without it.
   */
  read(logs: Logs, then: string = "it does nothing"): number | undefined {
    const value = metricOf(logs, this.name);
    if (value === undefined && !this.#warned) {
      this.#warned = true;
      const names = Object.keys(logs);
      const has = names.length > 0 ? `The epoch has: ${names.join(", ")}.` : "The epoch has no metrics.";
      const hint = this.name.startsWith("val_") ? " Did you give `validationData`?" : "";
      warn(
        "EPOCHAL_NO_METRIC",
        `${this.#owner} watches \`${this.name}\`, which is not there, so ${then}. ${has}${hint}`,
      );
    }
    return value;
  }

  /** Whether `value` is better than `reference` by more than `minDelta`. */
  isBetter(value: number, reference: number): boolean {
    return this.direction === "min" ? value < reference - this.minDelta : value > reference + this.minDelta;
  }

  /** Forgets that it warned: a new run begins. */
  reset(): void {
    this.#warned = false;
  }
}
