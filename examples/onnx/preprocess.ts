/** Images as a model wants them, by the `preprocessor_config.json` that lies beside it: what transformers.js reads. */
import { crop, fromPixels, type Image, imread, normalize, resize } from "epochal/image";
import { UsageError } from "../demo/program.ts";

/** The part of `preprocessor_config.json` that is used. */
export interface PreprocessorConfig {
  readonly do_resize?: boolean;
  readonly size?: number | Partial<Record<"shortest_edge" | "longest_edge" | "height" | "width", number>>;
  readonly resample?: number;
  readonly do_center_crop?: boolean;
  readonly crop_size?: number | { readonly height: number; readonly width: number };
  readonly do_rescale?: boolean;
  readonly rescale_factor?: number;
  readonly do_normalize?: boolean;
  readonly image_mean?: readonly number[];
  readonly image_std?: readonly number[];
}

/** Pillow's numbers of filters. */
const filters = { 0: "nearest", 2: "bilinear", 3: "bicubic" } as const;

/** transformers takes the upper left one of two centres; a share a little below the half does so too. */
const centre = { position: [0.49999, 0.49999] } as const;

/**
 * The pixels [height, width, 3] of a file, as ViTImageProcessor and CLIPImageProcessor make them of it.
 *
 * The file is decoded at its full size first, as they do. With `imread(file)` alone a JPEG file is decoded at the
 * smallest size that is enough: that is quicker, and single pixels differ.
 */
export async function preprocess(file: string, config: PreprocessorConfig): Promise<Image<"float32">> {
  const { do_resize = true, size, do_center_crop = false, crop_size } = config;
  let image: Image = fromPixels(await imread(file).tensor());
  if (do_resize && size !== undefined) {
    const interpolation = filters[(config.resample ?? 2) as keyof typeof filters];
    if (!interpolation) throw new UsageError(`resample ${config.resample} is none of 0, 2 and 3.`);
    image = resize(image, sizeOf(size, do_center_crop), { interpolation, dtype: "float32" });
  }
  if (do_center_crop && crop_size !== undefined) {
    const { height, width } =
      typeof crop_size === "number" ? { height: crop_size, width: crop_size } : crop_size;
    image = crop(image, [height, width], centre);
  }
  // (byte · factor - mean) / std; normalize() itself divides bytes by 255.
  const { do_rescale = true, rescale_factor = 1 / 255, do_normalize = true } = config;
  const scale = 255 * (do_rescale ? rescale_factor : 1);
  const { image_mean = [0, 0, 0], image_std = [1, 1, 1] } = do_normalize ? config : {};
  return normalize(image, {
    mean: image_mean.map((value) => value / scale),
    std: image_std.map((value) => value / scale),
  });
}

/** The size of {@link resize}: [height, width], or the shorter side. */
function sizeOf(size: NonNullable<PreprocessorConfig["size"]>, crops: boolean): number | [number, number] {
  // Written as a number it is the shorter side where a crop follows, and else both.
  if (typeof size === "number") return crops ? size : [size, size];
  const { shortest_edge, longest_edge, height, width } = size;
  if (height !== undefined && width !== undefined) return [height, width];
  if (shortest_edge !== undefined && longest_edge === undefined) return shortest_edge;
  throw new UsageError(`There is no such size here: ${JSON.stringify(size)}.`);
}
