/**
 * Images, described first and run later, straight into the rows of a batch.
 *
 * ```ts
 * import { stack } from "epochal";
 * import { imread, resize } from "epochal/image";
 *
 * const x = await stack(files.map((file) => resize(imread(file), [200, 200]))); // float32 [n, 200, 200, 3]
 * ```
 *
 * @module epochal/image
 */

export type { Antialias, PadMode } from "./axis.ts";
export { channelsFirst } from "./channels-first.ts";
export type { Channels } from "./colour.ts";
export type { Extent } from "./geometry.ts";
export type { Image, Pixels } from "./image.ts";
export {
  type DecodedPixels,
  type DecodeFunction,
  fromPixels,
  type ImreadOptions,
  imread,
} from "./imread.ts";
export type { ImageDType } from "./pipeline.ts";
export { type ImageSizeOptions, imageSize } from "./size.ts";
export type { ImageSource } from "./source.ts";
export { type AdjustOptions, adjust } from "./steps/adjust.ts";
export {
  type AffineOptions,
  affine,
  type RandomAffineOptions,
  randomAffine,
  type WarpOptions,
} from "./steps/affine.ts";
export type { AugmentationOptions } from "./steps/augmentation.ts";
export { type BlurOptions, blur } from "./steps/blur.ts";
export { type ColorJitterOptions, colorJitter } from "./steps/color-jitter.ts";
export { type CropOptions, crop, type Shares } from "./steps/crop.ts";
export { type EraseOptions, erase } from "./steps/erase.ts";
export { type FlipAxis, flip, type RandomFlipOptions, randomFlip } from "./steps/flip.ts";
export { grayscale } from "./steps/grayscale.ts";
export { autocontrast, equalize } from "./steps/histogram.ts";
export { type NormalizeOptions, normalize } from "./steps/normalize.ts";
export { type PadImageOptions, type PadSize, padImage as pad } from "./steps/pad-image.ts";
export {
  type PerspectiveCorners,
  type PerspectiveOptions,
  perspective,
  type RandomPerspectiveOptions,
  randomPerspective,
} from "./steps/perspective.ts";
export { type RandAugmentOptions, randAugment } from "./steps/rand-augment.ts";
export {
  type PartOptions,
  type RandomCropOptions,
  randomCrop,
  randomResizedCrop,
} from "./steps/random-crop.ts";
export { type RandomErasingOptions, randomErasing } from "./steps/random-erasing.ts";
export {
  type AspectOptions,
  type Fit,
  type Interpolation,
  type NearestOptions,
  type ResizeOptions,
  resize,
} from "./steps/resize.ts";
export type { FillOptions } from "./steps/step.ts";
export { invert, posterize, solarize } from "./steps/tones.ts";
export { type TrivialAugmentOptions, trivialAugment } from "./steps/trivial-augment.ts";
export {
  type ChangedParts,
  type ImageParts,
  type TogetherOptions,
  together,
} from "./together.ts";
