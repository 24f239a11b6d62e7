/** What users may ask a column for, what comes of it, and what is refused. */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { Image } from "../../image/image.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type NumberType, numberTypes } from "../fields.ts";
import type { Column } from "./column.ts";

/**
 * What a column is given as: text, bytes (uint8 of shape [length]), a lazy image of encoded bytes, or numbers of a dtype,
 * scalars or, of lists, tensors of shape [length], or of the shape that the file says.
 */
export type ColumnKind = "string" | "bytes" | "image" | NumberType;

/** Columns by their names. */
export type ColumnKinds = Readonly<Record<string, ColumnKind>>;

/** What a column of kind `K` gives for a row. */
export type ColumnValue<K extends ColumnKind = ColumnKind> = K extends "string"
  ? string
  : K extends "image"
    ? Image<"uint8">
    : K extends "bytes"
      ? Tensor<"uint8">
      : K extends NumberType
        ? Tensor<K>
        : never;

/** The sample of a row with these columns. */
export type ColumnSample<C extends ColumnKinds> = { -readonly [N in keyof C]: ColumnValue<C[N]> };

const kinds: readonly unknown[] = ["string", "bytes", "image", ...numberTypes];

/** Throws {@link OptionError} unless `kind` is one. */
export function checkKind(name: string, kind: unknown): asserts kind is ColumnKind {
  if (kinds.includes(kind)) return;
  throw new OptionError(
    `\`columns\`: ${show(name)} must be one of ${kinds.join(", ")}, got ${show(kind)}.${kind === "float16" ? ' Half floats are given as "float32".' : ""}`,
  );
}

const isFloat = (dtype: DType): boolean => dtype.startsWith("float");

/** Why `column` is not given as `kind`; undefined where it is. */
export function kindProblem(column: Column, kind: ColumnKind): string | undefined {
  const { content, described } = column;
  if (content === undefined) return `It is ${described}, which no tensor holds.`;
  if (content === "text" || content === "bytes") {
    if (kind === "string" || (content === "bytes" && (kind === "bytes" || kind === "image")))
      return undefined;
    return `It is ${described}, not ${kind}.${content === "text" && kind !== "bytes" ? " Numbers that were written as text are parsed with map()." : ""}`;
  }
  if (kind === "string" || kind === "bytes" || kind === "image") return `It is ${described}, not ${kind}.`;
  if (kind === "bool" && content !== "bool") return `It is ${described}, not bool. Ask for uint8.`;
  if (isFloat(content) && !isFloat(kind))
    return `It is ${described}, and not given as ${kind}, as fractions would be lost. Ask for float32 or float64.`;
  return undefined;
}

/** What `column` is given as where nothing is asked for. */
export function ownKind({ content, image }: Column): ColumnKind | undefined {
  if (content === "text") return "string";
  return content === "bytes" && image ? "image" : content;
}
