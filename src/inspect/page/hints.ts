/**
 * What is wrong with a batch for sure, by its numbers alone. What only looks wrong, as blue faces do, is left to eyes:
 * a guess from colours takes every sky for a mistake.
 */
import { pictureFault } from "../../check/picture-fault.ts";
import { type BatchLook, type ClassCounts, type LeafView, lastClass, type PageHello } from "../protocol.ts";
import { holds, mappingsOf, usualMapping } from "./mapping.ts";
import { className, digits, leafName, plural, whole } from "./words.ts";

/** Something that is wrong, or strange. */
export interface Hint {
  readonly severity: "wrong" | "strange" | "note";
  readonly text: string;
}

/** Classes without a name that are listed. */
const mostListed = 4;

/** What is to be said of a batch. */
export function hintsOf(
  { leaves, classes, samples }: BatchLook,
  hello: PageHello | undefined,
  soFar: ClassCounts | undefined,
): readonly Hint[] {
  return [
    ...leaves.flatMap(notFinite),
    ...leaves.flatMap((leaf) => rangeHints(leaf, hello)),
    ...(classes ? classHints(classes, samples, hello) : []),
    ...(soFar ? soFarHints(soFar, hello) : []),
  ];
}

function notFinite({ path, values }: LeafView): Hint[] {
  if (!values) return [];
  const of = values.sampled < values.count ? ` of ${whole(values.sampled)} looked at` : "";
  const found: Hint[] = [];
  if (values.nan > 0) {
    const text = `${leafName(path)}: ${plural(values.nan, "value")}${of} ${values.nan === 1 ? "is" : "are"} NaN, which makes the loss NaN.`;
    found.push({ severity: "wrong", text });
  }
  if (values.infinite > 0)
    found.push({
      severity: "wrong",
      text: `${leafName(path)}: ${plural(values.infinite, "value")}${of} ${values.infinite === 1 ? "is" : "are"} infinite.`,
    });
  return found;
}

/** Pictures whose values have another range than pictures have. */
function rangeHints(leaf: LeafView, hello: PageHello | undefined): Hint[] {
  const { path, role, values, dtype } = leaf;
  if (role !== "image" || !values || values.sampled <= values.nan + values.infinite) return [];
  const { min, max } = values;
  const range = `${digits(min)} to ${digits(max)}`;
  const hint = (text: string): Hint[] => [{ severity: "strange", text: `${leafName(path)}: ${text}` }];
  const fault = pictureFault(values);
  if (fault === "constant")
    return hint(`every value${values.sampled < values.count ? " looked at" : ""} is ${digits(min)}.`);
  if (!dtype.startsWith("float")) return [];
  if (fault === "dividedTwice")
    return hint(`all values lie in ${range}, and 1/255 is 0.0039: divided by 255 twice?`);
  const usual = usualMapping(leaf, hello);
  const mapping = mappingsOf(leaf, hello).find(({ name }) => name === usual)!;
  const channels = values.channels.length > 0 ? values.channels : [values];
  const isHeld = channels.every((channel, i) => holds(mapping, channel.min, channel.max, i));
  if (usual === "undone")
    return isHeld
      ? []
      : hint(
          `with mean and std undone, values still leave 0 to 1 by far (they are ${range}): taken off twice, or other ones?`,
        );
  if (fault === "notDivided") return hint(`values from ${range} as ${dtype}: not divided by 255?`);
  if (isHeld) return [];
  const nameless = `values from ${range} are none of 0 to 255, 0 to 1 and −1 to 1`;
  if (fault) return hint(`${nameless}, and far apart: mean and std taken off twice?`);
  const cure = min < 0 ? ": give the page the mean and std that were taken off" : "";
  return [{ severity: "note", text: `${leafName(path)}: ${nameless}${cure}.` }];
}

function classHints(
  { path, counts }: NonNullable<BatchLook["classes"]>,
  samples: number,
  hello: PageHello | undefined,
): Hint[] {
  const present = presentIn(counts);
  const names = hello?.classes;
  const hints: Hint[] = [];
  const only = onlyOf(present);
  // Samples without a class, such as -1, are not counted.
  if (only !== undefined && samples > 1 && counts[only]! >= samples) {
    const text = `${leafName(path)}: all ${whole(samples)} samples of this batch are of one class, ${className(only, names)}.`;
    hints.push({ severity: "wrong", text });
  }
  const nameless = names ? present.filter((number) => number >= names.length) : [];
  if (nameless.length > 0) {
    const listed = `${nameless.slice(0, mostListed).join(", ")}${nameless.length > mostListed ? " …" : ""}`;
    const text = `${leafName(path)}: class ${listed} of ${plural(names!.length, "class", "classes")}: they are counted from 0.`;
    hints.push({ severity: "wrong", text });
  }
  return hints;
}

function soFarHints(
  { path, soFar, batches, batchesOfOneClass }: ClassCounts,
  hello: PageHello | undefined,
): Hint[] {
  const only = onlyOf(presentIn(soFar));
  if (batches > 1 && only !== undefined) {
    const text = `${leafName(path)}: no class so far but ${className(only, hello?.classes)}, in ${plural(batches, "batch", "batches")}.`;
    return [{ severity: "wrong", text }];
  }
  if (batches > 1 && batchesOfOneClass > batches / 2) {
    const text = `${leafName(path)}: batches of one class: ${whole(batchesOfOneClass)} of ${whole(batches)}. Mix the samples, not the batches: batches(dataset, { batchSize, shuffle: true }).`;
    return [{ severity: "wrong", text }];
  }
  return [];
}

/** The classes that occur. */
function presentIn(counts: readonly number[]): readonly number[] {
  return counts.flatMap((count, number) => (count > 0 ? [number] : []));
}

/** The one class that occurs; undefined where there are several, or may be. */
function onlyOf(present: readonly number[]): number | undefined {
  return present.length === 1 && present[0] !== lastClass ? present[0] : undefined;
}
