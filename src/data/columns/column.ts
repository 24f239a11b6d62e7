/** What the files of a format that knows its types say of a column. */
import type { NumberType } from "../fields.ts";

/** A column at the top of a file's schema. */
export interface Column {
  readonly name: string;
  /** What its values are; undefined of what cannot be given. */
  readonly content: "text" | "bytes" | NumberType | undefined;
  /** Whether a row has a list of them. */
  readonly list: boolean;
  /** Shape of a row, where the file says that all lists have it. */
  readonly shape?: readonly number[];
  /** Whether a row is a record whose field `bytes` is meant. */
  readonly record: boolean;
  /** Whether the file says that its bytes are images. */
  readonly image: boolean;
  /** What it is, in words: `int64`, `a map`. */
  readonly described: string;
  /** What its numbers count, where the file says so: `days since 1970`. Those of files that count other things are not alike. */
  readonly counts: string | undefined;
}

/** What a column's values are, and that in words. */
export type Content = Pick<Column, "content" | "described" | "counts">;

/** Columns that Hugging Face's description of the features calls images: `described` is the file's entry `huggingface`. */
export function imageColumns(described: string | undefined): ReadonlySet<string> {
  try {
    const { info } = JSON.parse(described ?? "{}") as {
      readonly info?: { readonly features?: Readonly<Record<string, { readonly _type?: unknown }>> };
    };
    const features = Object.entries(info?.features ?? {});
    return new Set(features.filter(([, feature]) => feature?._type === "Image").map(([name]) => name));
  } catch {
    // It is not ours to check.
    return new Set();
  }
}

/** What lists of `content` are. */
export function listOf(element: Content): Content & Pick<Column, "list"> {
  const { content, described } = element;
  const refused = content === "text" || content === "bytes";
  return {
    ...element,
    content: refused ? undefined : content,
    described: `lists of ${described}`,
    list: true,
  };
}
