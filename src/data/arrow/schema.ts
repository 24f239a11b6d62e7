/**
 * What the columns of a file are, by its schema, and where each lies among the parts of a record batch.
 *
 * A record batch is a list of nodes (how many values, how many of them null) and a list of buffers, those of a type before
 * those of the types in it: so where a column's begin follows from the types before it. Limits: numbers, text, bytes, lists
 * of numbers, dictionaries of the first three, and records of `bytes` and `path`, as Hugging Face's images and sounds are;
 * anything else is described, for the message that refuses it.
 */
import { type Column, type Content, imageColumns, listOf } from "../columns/column.ts";
import { type NumberType, numberTypes } from "../fields.ts";
import type { ArrowField, ArrowSchema, ArrowType } from "./metadata.ts";

/** So many nodes and buffers, and columns of views, of which each batch says how many buffers they have besides. */
export interface Span {
  readonly nodes: number;
  readonly buffers: number;
  readonly views: number;
}

/** How values lie in buffers. Plain data. */
export type Layout =
  | { readonly as: "numbers"; readonly dtype: NumberType }
  | { readonly as: "bits" | "halves" | "views" }
  | { readonly as: "bytes"; readonly wide: boolean }
  | { readonly as: "fixedBytes"; readonly size: number }
  | { readonly as: "list"; readonly wide: boolean; readonly of: Layout }
  | { readonly as: "fixedList"; readonly size: number; readonly of: Layout }
  | { readonly as: "record"; readonly before: Span; readonly of: Layout }
  | { readonly as: "dictionary"; readonly keys: NumberType; readonly id: number; readonly of: Layout };

/** A column of an Arrow file. */
export interface ArrowColumn extends Column {
  /** Undefined of what cannot be given. */
  readonly layout: Layout | undefined;
  /** What lies before it in a record batch. */
  readonly before: Span;
  /** What it takes itself. */
  readonly span: Span;
}

/** The columns of a file. */
export function arrowColumns({ fields, metadata }: ArrowSchema): ArrowColumn[] {
  const images = imageColumns(metadata.get("huggingface"));
  let before: Span = { nodes: 0, buffers: 0, views: 0 };
  return fields.map((field) => {
    const span = spanOf(field);
    const column: ArrowColumn = {
      name: field.name,
      image: images.has(field.name),
      before,
      span,
      ...typedOf(field),
    };
    before = sum([before, span]);
    return column;
  });
}

type Typed = Content & Pick<ArrowColumn, "list" | "record" | "layout" | "shape">;

function refused(described: string): Typed {
  return { list: false, record: false, layout: undefined, content: undefined, described, counts: undefined };
}

/** What values of `field` are. */
function typedOf({ type, dictionary }: ArrowField): Typed {
  const leaf = leafOf(type);
  if (dictionary !== undefined) {
    const keys = leafOf(dictionary.keys)?.layout;
    if (leaf === undefined || keys?.as !== "numbers")
      return refused(`a dictionary of ${leaf?.described ?? describe(type)}`);
    const layout: Layout = { as: "dictionary", keys: keys.dtype, id: dictionary.id, of: leaf.layout };
    return { ...leaf, list: false, record: false, layout };
  }
  if (leaf !== undefined) return { ...leaf, list: false, record: false };
  if (type.kind === "struct") return recordOf(type);
  return type.kind === "list" || type.kind === "largeList" || type.kind === "fixedList"
    ? listsOf(type)
    : refused(describe(type));
}

/** What a list is: of numbers, or, where lists of one length are in it, a row of a shape. */
function listsOf({ kind, size, children: [child] }: ArrowType): Typed {
  const element = child === undefined ? undefined : typedOf(child);
  const nested = kind === "fixedList" && element?.shape !== undefined;
  const isLeaf = element !== undefined && !element.list && !element.record && child?.dictionary === undefined;
  if (element?.layout === undefined || !(isLeaf || nested)) return refused("a list of lists or records");
  const { content, described, counts } = nested ? element : listOf(element);
  if (content === undefined) return refused(described);
  if (kind !== "fixedList") {
    const layout: Layout = { as: "list", wide: kind === "largeList", of: element.layout };
    return { content, list: true, record: false, layout, described, counts };
  }
  const shape = [size, ...(element.shape ?? [])];
  const layout: Layout = { as: "fixedList", size, of: element.layout };
  return {
    content,
    list: true,
    record: false,
    shape,
    layout,
    described: `${content} of shape [${shape}]`,
    counts,
  };
}

/** What a record is, where it is one of bytes, and maybe a path. */
function recordOf({ children }: ArrowType): Typed {
  const at = children.findIndex(({ name }) => name === "bytes");
  const bytes = children[at];
  const leaf = bytes?.dictionary === undefined && bytes !== undefined ? leafOf(bytes.type) : undefined;
  const known = children.every(({ name }) => name === "bytes" || name === "path");
  if (!known || leaf?.content !== "bytes")
    return refused(`a record of ${children.map(({ name }) => name).join(", ")}`);
  const layout: Layout = { as: "record", before: sum(children.slice(0, at).map(spanOf)), of: leaf.layout };
  const described = "bytes with a path";
  return { content: "bytes", list: false, record: true, layout, described, counts: undefined };
}

function describe({ kind }: ArrowType): string {
  return kind === "map" ? "a map" : kind === "null" ? "nothing but nulls" : `of Arrow's type ${kind}`;
}

const units = ["seconds", "milliseconds", "microseconds", "nanoseconds"];

type Leaf = Content & { readonly layout: Layout };

/** What a type without others in it is; undefined of others. */
function leafOf({ kind, size, signed, unit, zoned }: ArrowType): Leaf | undefined {
  const text = (layout: Layout): Leaf => ({ content: "text", described: "text", counts: undefined, layout });
  const bytes = (layout: Layout): Leaf => ({
    content: "bytes",
    described: "bytes",
    counts: undefined,
    layout,
  });
  switch (kind) {
    case "int":
      return numbers(`${signed ? "int" : "uint"}${size}`);
    case "float":
      return size === 0
        ? {
            content: "float32",
            described: "half floats (float32)",
            counts: undefined,
            layout: { as: "halves" },
          }
        : numbers(`float${size * 32}`);
    case "bool":
      return { content: "bool", described: "bool", counts: undefined, layout: { as: "bits" } };
    case "date":
      return unit === 0 ? numbers("int32", "days since 1970") : numbers("int64", "milliseconds since 1970");
    case "time":
      return numbers(`int${size}`, `a time in ${units[unit]}`);
    case "timestamp":
      return numbers("int64", `${units[unit]} since 1970${zoned ? "" : ", by a local clock"}`);
    case "duration":
      return numbers("int64", `a time in ${units[unit]}`);
    case "utf8":
    case "largeUtf8":
      return text({ as: "bytes", wide: kind === "largeUtf8" });
    case "binary":
    case "largeBinary":
      return bytes({ as: "bytes", wide: kind === "largeBinary" });
    case "fixedBinary":
      return bytes({ as: "fixedBytes", size });
    case "utf8View":
      return text({ as: "views" });
    case "binaryView":
      return bytes({ as: "views" });
    default:
      return undefined;
  }
}

function numbers(name: string, of?: string): Leaf | undefined {
  const dtype = name as NumberType;
  if (!numberTypes.includes(dtype)) return undefined;
  const described = of === undefined ? dtype : `${of} (${dtype})`;
  return { content: dtype, described, counts: of, layout: { as: "numbers", dtype } };
}

function sum(spans: readonly Span[]): Span {
  const total = (of: (span: Span) => number) => spans.reduce((all, span) => all + of(span), 0);
  return {
    nodes: total(({ nodes }) => nodes),
    buffers: total(({ buffers }) => buffers),
    views: total(({ views }) => views),
  };
}

/** What a field takes in a record batch. The values of a dictionary are not in it, but the places of values there. */
function spanOf({ type, dictionary }: ArrowField): Span {
  if (dictionary !== undefined) return { nodes: 1, buffers: 2, views: 0 };
  return sum([{ nodes: 1, ...ownParts(type) }, ...type.children.map(spanOf)]);
}

/** What values of `type` take in a dictionary's batch. */
export function dictionarySpan(layout: Layout): Span {
  const isView = layout.as === "views";
  return { nodes: 1, buffers: layout.as === "bytes" ? 3 : 2, views: isView ? 1 : 0 };
}

/** What a type takes besides those in it: which values are there, most often, then where they begin, then they. */
function ownParts({ kind, size }: ArrowType): Omit<Span, "nodes"> {
  switch (kind) {
    case "null":
    case "runs":
      return { buffers: 0, views: 0 };
    case "struct":
    case "fixedList":
      return { buffers: 1, views: 0 };
    case "union":
      // Of the dense kind it says where each value is.
      return { buffers: 1 + size, views: 0 };
    case "utf8":
    case "binary":
    case "largeUtf8":
    case "largeBinary":
    case "listView":
    case "largeListView":
      return { buffers: 3, views: 0 };
    case "utf8View":
    case "binaryView":
      return { buffers: 2, views: 1 };
    default:
      return { buffers: 2, views: 0 };
  }
}
