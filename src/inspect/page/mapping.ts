/**
 * From values to brightness, by rules that have names. Values are never stretched unasked: a picture that is black as it
 * is fed to the model is black here.
 */
import type { LeafView, PageHello } from "../protocol.ts";
import { digits } from "./words.ts";

/** What values are taken for. */
export type MappingName = "bytes" | "unit" | "signed" | "undone" | "stretched";

/** Channel by channel, `value * scale + offset` is a brightness from 0 to 255. */
export interface Mapping {
  readonly name: MappingName;
  /** In words. */
  readonly label: string;
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  /** Values from black to white, where they are the same for all channels. */
  readonly range: readonly [black: number, white: number] | undefined;
}

/** How far beyond its range a value lies that is taken for a rounding, or for the overshoot of a resizing. */
const overshoot = 0.25;

/** A mapping from one range of values. */
function linear(name: MappingName, label: string, black: number, white: number): Mapping {
  const scale = white > black ? 255 / (white - black) : 0;
  return { name, label, scale: [scale], offset: [-black * scale], range: [black, white] };
}

/** The mappings that a leaf of pictures can be shown with. */
export function mappingsOf(leaf: LeafView, hello: PageHello | undefined): readonly Mapping[] {
  const { min = 0, max = 1 } = leaf.values ?? {};
  const mappings = [
    linear("bytes", "0 to 255 as they are", 0, 255),
    linear("unit", "0 to 1 as they are", 0, 1),
    linear("signed", "−1 to 1", -1, 1),
    linear("stretched", `stretched to ${digits(min)} … ${digits(max)} of this batch`, min, max),
  ];
  const { mean, std } = hello ?? {};
  if (!mean || !std) return mappings;
  // Of values from 0 to 1, or from 0 to 255.
  const white = Math.max(...mean, ...std) > 1.5 ? 1 : 255;
  const undone: Mapping = {
    name: "undone",
    label: "mean and std undone",
    scale: std.map((value) => value * white),
    offset: mean.map((value) => value * white),
    range: undefined,
  };
  return [...mappings.slice(0, 3), undone, ...mappings.slice(3)];
}

/** The mapping that is used unless another one is chosen: by dtype and range alone, or by the mean and std given. */
export function usualMapping(leaf: LeafView, hello: PageHello | undefined): MappingName {
  if (!leaf.dtype.startsWith("float")) {
    return leaf.dtype === "bool" || (leaf.dtype !== "uint8" && (leaf.values?.max ?? 255) <= 1)
      ? "unit"
      : "bytes";
  }
  if (hello?.mean && hello.std) return "undone";
  const { min = 0, max = 1 } = leaf.values ?? {};
  if (min >= -overshoot && max <= 1 + overshoot) return "unit";
  if (min >= -1 - overshoot && max <= 1 + overshoot) return "signed";
  return min >= -255 * overshoot && max > 16 ? "bytes" : "signed";
}

/** Whether a mapping shows all values from `min` to `max`, but for a little overshoot: cuts none of them off. */
export function holds(mapping: Mapping, min: number, max: number, channel = 0): boolean {
  const at = (value: number): number =>
    value * mapping.scale[channel % mapping.scale.length]! + mapping.offset[channel % mapping.offset.length]!;
  return at(min) >= -255 * overshoot && at(max) <= 255 * (1 + overshoot);
}
