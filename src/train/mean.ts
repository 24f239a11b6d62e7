/** The means that an epoch reports: every batch counts by its number of samples, as in Keras. */
import { withOtherNames } from "./callbacks/metric.ts";
import type { Logs } from "./logs.ts";
import type { StepResult } from "./trainable.ts";

/** Sums from which a mean can go on, as JSON. */
export interface MeanSums {
  readonly size: number;
  readonly values: readonly number[];
}

/** A running mean of each number that steps report, so that a smaller last batch counts for less. */
export class RunningMean {
  readonly #names: readonly string[];
  #size = 0;
  #values: number[];

  constructor(names: readonly string[], sums?: MeanSums) {
    this.#names = names;
    this.#size = sums?.size ?? 0;
    this.#values = [...(sums?.values ?? names.map(() => 0))];
  }

  add({ values, size }: StepResult): void {
    this.#size += size;
    this.#values = this.#values.map((sum, i) => sum + values[i]! * size);
  }

  get sums(): MeanSums {
    return { size: this.#size, values: [...this.#values] };
  }

  /** The means by name, each with `prefix`; empty before the first step. */
  logs(prefix: string = ""): Logs {
    if (this.#size === 0) return {};
    return withOtherNames(
      Object.fromEntries(this.#names.map((name, i) => [prefix + name, this.#values[i]! / this.#size])),
    );
  }
}
