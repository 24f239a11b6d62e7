import { moveNotes } from "../../core/counters.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Random } from "../../random/random.ts";
import { showShape, type Tensor } from "../../tensor/tensor.ts";
import { copyView } from "../../tensor/view.ts";
import { checkSequence } from "../combinator.ts";
import type { Sequence } from "../sequence.ts";
import {
  type LabelledBatch,
  type MixedBatch,
  type MixingOptions,
  MixingSequence,
  type Mixture,
  resolveMixing,
} from "./mixing.ts";

/** Batches in whose images lies a part of another; made by {@link cutmix}. */
export class CutmixSequence<B> extends MixingSequence<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/cutmix#CutmixSequence";

  get mixes(): "cutmix" {
    return "cutmix";
  }

  protected mixRows(x: Tensor, drawn: number, random: Random): Mixture {
    const [rows = 0, height = 0, width = 0, channels] = x.shape;
    if (x.shape.length !== 4 || channels === undefined) {
      throw new ShapeError(
        `cutmix() mixes images, [n, height, width, channels], but x has shape ${showShape(x.shape)}. If it is one image, make batches first: cutmix(batches(dataset, { batchSize })). What is no image is mixed by mixup().`,
      );
    }
    const { top, left, bottom, right } = drawBox(height, width, drawn, random);
    const data = copyView(x.data);
    moveNotes(x.data.buffer, data.buffer);
    const line = (right - left) * channels;
    for (let row = 0; row < rows; row++) {
      const before = row === 0 ? rows - 1 : row - 1;
      for (let y = top; y < bottom; y++) {
        const from = ((before * height + y) * width + left) * channels;
        const to = ((row * height + y) * width + left) * channels;
        (data as Uint8Array).set((x.data as Uint8Array).subarray(from, from + line), to);
      }
    }
    const cut = ((bottom - top) * (right - left)) / (height * width);
    return { x: { data, shape: x.shape, dtype: x.dtype } as Tensor, share: 1 - cut };
  }
}

/**
 * The sequence with a box of each image of a batch cut out and filled with what the image before it has there; labels are
 * mixed by the area. The box has the image's aspect and, with s drawn once for the batch from Beta(alpha, alpha), a
 * share of 1 − s of its area; its centre is anywhere, so that the edge may cut it off: labels follow the area that is left.
 *
 * `x` has the shape [n, height, width, channels] and any dtype, and its pixels stay as they are. Batches, labels and
 * sample weights are those of {@link mixup}; so is what is said there of loss, class weights and validation.
 *
 * Source: S. Yun et al., "CutMix: regularization strategy to train strong classifiers with localizable features",
 * ICCV 2019.
 *
 * @throws OptionError if `source` is no sequence or an option is not what it should be; and, where a batch is fetched,
 *   ShapeError if it has no such form, IndexError for a label that is no class.
 * @example
 * const mixed = cutmix(train, { classes: 10 }); // y: int32 [32] becomes float32 [32, 10]
 */
export function cutmix<B extends LabelledBatch>(
  source: Sequence<B>,
  options: MixingOptions = {},
): Sequence<MixedBatch<B>> {
  checkSequence("cutmix", source);
  return new CutmixSequence(source, resolveMixing("cutmix", options, 1));
}

/** A box of about 1 − `share` of the area, cut off at the edges, as torchvision's CutMix draws it. */
function drawBox(
  height: number,
  width: number,
  share: number,
  random: Random,
): { readonly top: number; readonly left: number; readonly bottom: number; readonly right: number } {
  const x = random.integer(0, width);
  const y = random.integer(0, height);
  const half = 0.5 * Math.sqrt(1 - share);
  const halfWidth = Math.floor(half * width);
  const halfHeight = Math.floor(half * height);
  return {
    top: Math.max(0, y - halfHeight),
    left: Math.max(0, x - halfWidth),
    bottom: Math.min(height, y + halfHeight),
    right: Math.min(width, x + halfWidth),
  };
}
