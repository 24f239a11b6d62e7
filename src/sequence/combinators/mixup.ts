import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkSequence } from "../combinator.ts";
import type { Sequence } from "../sequence.ts";
import {
  blend,
  type LabelledBatch,
  type MixedBatch,
  type MixingOptions,
  MixingSequence,
  type Mixture,
  resolveMixing,
} from "./mixing.ts";

/** Batches whose rows are faded into each other; made by {@link mixup}. */
export class MixupSequence<B> extends MixingSequence<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/mixup#MixupSequence";

  get mixes(): "mixup" {
    return "mixup";
  }

  protected mixRows(x: Tensor, share: number): Mixture {
    if (!isBlendable(x)) {
      throw new ShapeError(
        `mixup() mixes x of float32, float64 or uint8, but x is ${x.dtype}: numbers that stand for something have no middle. Convert it by map() first.`,
      );
    }
    return { x: blend(x, () => share), share };
  }
}

/**
 * The sequence with the rows of each batch mixed: `x` becomes s · x + (1 − s) · x', and `y` s · y + (1 − s) · y', where
 * x' and y' are the row before, and the share s is drawn once for the batch, from Beta(alpha, alpha).
 *
 * Batches are `[x, y]` or `[x, y, sampleWeight]`, or records with these names. Labels become float32 rows with a number
 * for each class, so the loss must be the categorical cross-entropy: one-hot rows are taken as they are, of numbers of
 * classes `classes` says how many there are. `x` of float32 or float64 is computed in doubles and rounded once; uint8
 * stays uint8, rounded to the nearest. A row of a small sample weight counts less in its mixed labels, so that the loss
 * is that of both rows by their weights; class weights must be sample weights before. For training only: `probability: 0`
 * gives validation data their rows of labels, and mixes nothing. For either of `mixup` and `cutmix`, see `randomChoice`.
 *
 * Source: H. Zhang, M. Cisse, Y. N. Dauphin, D. Lopez-Paz, "mixup: beyond empirical risk minimization", ICLR 2018.
 *
 * @throws OptionError if `source` is no sequence or an option is not what it should be; and, where a batch is fetched,
 *   ShapeError if it has no such form, IndexError for a label that is no class.
 * @example
 * const mixed = mixup(train, { classes: 10 }); // y: int32 [32] becomes float32 [32, 10]
 */
export function mixup<B extends LabelledBatch>(
  source: Sequence<B>,
  options: MixingOptions = {},
): Sequence<MixedBatch<B>> {
  checkSequence("mixup", source);
  return new MixupSequence(source, resolveMixing("mixup", options, 0.2));
}

function isBlendable(x: Tensor): x is Tensor<"float32"> | Tensor<"float64"> | Tensor<"uint8"> {
  return x.dtype === "float32" || x.dtype === "float64" || x.dtype === "uint8";
}
