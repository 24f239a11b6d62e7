import { checkInteger } from "../core/check.ts";
import type { Order, Sampler } from "./sampler.ts";

/** Every sample once, in index order: 0, 1, 2 … The default of `batches`. */
export class SequentialSampler implements Sampler {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** What workers of a bundled program know it by. */
  static readonly id: string = "epochal:sampler/sequential#SequentialSampler";
  readonly length: number;

  /** @throws OptionError if `length` is no whole number. */
  constructor(length: number) {
    checkInteger("length", length);
    this.length = length;
  }

  order(): Order {
    return (position) => position;
  }
}
