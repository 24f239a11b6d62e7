/**
 * Images, described first and run later, straight into the rows of a batch.
 *
 * ```ts
 * import { stack } from "epochal";
 * import { imread, resize } from "epochal/image";
 *
 * const x = await stack(files.map((file) => resize(imread(file), [200, 200]))); // float32 [n, 200, 200, 3]
 * ```
 */

export type { Antialias } from "./axis.ts";
export type { Channels } from "./colour.ts";
export type { Image, Pixels } from "./image.ts";
export { fromPixels, type ImreadOptions, imread } from "./imread.ts";
export type { ImageDType } from "./pipeline.ts";
export type { ImageSource } from "./source.ts";
export { type AdjustOptions, adjust } from "./steps/adjust.ts";
export type { AugmentationOptions } from "./steps/augmentation.ts";
export { type ColorJitterOptions, colorJitter } from "./steps/color-jitter.ts";
export { type CropOptions, crop } from "./steps/crop.ts";
export { type EraseOptions, erase } from "./steps/erase.ts";
export { flip } from "./steps/flip.ts";
export { grayscale } from "./steps/grayscale.ts";
export { autocontrast, equalize } from "./steps/histogram.ts";
export { type NormalizeOptions, normalize } from "./steps/normalize.ts";
export { type RandAugmentOptions, randAugment } from "./steps/rand-augment.ts";
export { type RandomErasingOptions, randomErasing } from "./steps/random-erasing.ts";
export { type ResizeOptions, resize } from "./steps/resize.ts";
export { invert, posterize, solarize } from "./steps/tones.ts";
export { type TrivialAugmentOptions, trivialAugment } from "./steps/trivial-augment.ts";
