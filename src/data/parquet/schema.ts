/**
 * What the columns of a file are, by its footer.
 *
 * Limits: numbers, text, bytes, lists of numbers, and records of `bytes` and `path`, as Hugging Face's images and sounds are;
 * anything else is described, for the message that refuses it.
 */
import type { FileMetaData, SchemaElement, SchemaTree } from "hyparquet";
import { type Column, type Content, imageColumns, listOf } from "../columns/column.ts";
import type { NumberType } from "../fields.ts";

/** A column of a Parquet file. */
export interface ParquetColumn extends Column {
  /** The path of the leaf that is meant, as the footer's statistics name it. */
  readonly leaf: string;
}

/**
 * Gives the columns of `metadata` the older annotation of their type where they have the newer alone. Writers give both,
 * but need not; hyparquet takes decimals by the older.
 */
export function annotate({ schema }: FileMetaData): void {
  for (const element of schema) {
    const { converted_type, logical_type: logical } = element;
    if (converted_type !== undefined) continue;
    if (logical?.type === "DECIMAL") {
      const { precision, scale } = logical;
      Object.assign(element, { converted_type: "DECIMAL", precision, scale });
    } else if (logical?.type === "INTEGER") {
      const { isSigned, bitWidth } = logical;
      Object.assign(element, { converted_type: `${isSigned ? "" : "U"}INT_${bitWidth}` });
    }
  }
}

/** The columns of a file. */
export function columnsOf(metadata: FileMetaData, tree: SchemaTree): ParquetColumn[] {
  const huggingFace = metadata.key_value_metadata?.find(({ key }) => key === "huggingface");
  const images = imageColumns(huggingFace?.value);
  return tree.children.map((child) => {
    const { name } = child.element;
    const base = { name, image: images.has(name), list: false, record: false, counts: undefined };
    const leaf = (node: SchemaTree) => node.path.join(".");
    if (child.children.length === 0) {
      const list = child.element.repetition_type === "REPEATED";
      return { ...base, ...listed(contentOf(child.element), list), leaf: leaf(child) };
    }
    const bytes = recordBytes(child);
    if (bytes !== undefined)
      return {
        ...base,
        content: "bytes" as const,
        record: true,
        leaf: leaf(bytes),
        described: "bytes with a path",
      };
    const element = elementOf(child);
    if (element !== undefined)
      return { ...base, ...listed(contentOf(element.element), true), leaf: leaf(element) };
    const fields = child.children.map((field) => field.element.name).join(", ");
    const described =
      child.element.converted_type === "MAP"
        ? "a map"
        : child.element.converted_type === "LIST"
          ? "a list of lists or records"
          : `a record of ${fields}`;
    return { ...base, content: undefined, leaf: "", described };
  });
}

function listed(content: Content, list: boolean): Content & Pick<Column, "list"> {
  return list ? listOf(content) : { ...content, list };
}

/** The field `bytes` of a record of bytes, and maybe a path. */
function recordBytes({ element, children }: SchemaTree): SchemaTree | undefined {
  if (element.converted_type !== undefined || element.repetition_type === "REPEATED") return undefined;
  const bytes = children.find((child) => child.element.name === "bytes");
  const known = children.every(({ element: { name } }) => name === "bytes" || name === "path");
  return known && bytes?.element.type === "BYTE_ARRAY" && bytes.element.repetition_type !== "REPEATED"
    ? bytes
    : undefined;
}

/** What a list is of, where that is a leaf. */
function elementOf({ element, children: [repeated, ...others] }: SchemaTree): SchemaTree | undefined {
  if (element.converted_type !== "LIST" || repeated === undefined || others.length > 0) return undefined;
  if (repeated.element.repetition_type !== "REPEATED") return undefined;
  if (repeated.children.length === 0) return repeated;
  const [only, ...more] = repeated.children;
  return only !== undefined && more.length === 0 && only.children.length === 0 ? only : undefined;
}

/** By the older of the two ways in which a type is annotated; writers give both where they can. */
const byConverted: Readonly<Record<string, [NumberType, string?]>> = {
  INT_8: ["int8"],
  INT_16: ["int16"],
  INT_32: ["int32"],
  INT_64: ["int64"],
  UINT_8: ["uint8"],
  UINT_16: ["uint16"],
  UINT_32: ["uint32"],
  UINT_64: ["uint64"],
  DATE: ["int32", "days since 1970"],
  TIME_MILLIS: ["int32", "a time in milliseconds"],
  TIME_MICROS: ["int64", "a time in microseconds"],
  TIMESTAMP_MILLIS: ["int64", "milliseconds since 1970"],
  TIMESTAMP_MICROS: ["int64", "microseconds since 1970"],
};

const byType: Readonly<Record<string, NumberType>> = {
  BOOLEAN: "bool",
  INT32: "int32",
  INT64: "int64",
  FLOAT: "float32",
  DOUBLE: "float64",
};

/** The words of {@link byConverted} for the newer annotations. */
const units: Readonly<Record<string, string>> = {
  MILLIS: "milliseconds",
  MICROS: "microseconds",
  NANOS: "nanoseconds",
};

/** Digits that a float64 holds, all of them. */
const exactDigits = 15;

/** What a leaf's values are, as we have hyparquet give them. */
function contentOf({ type, converted_type, logical_type, precision }: SchemaElement): Content {
  const known = (content: Content["content"], of?: string): Content => ({
    content,
    described: of === undefined ? String(content) : `${of} (${content})`,
    counts: undefined,
  });
  const counting = (dtype: NumberType, counts: string): Content => ({ ...known(dtype, counts), counts });
  const refused = (described: string): Content => ({ content: undefined, described, counts: undefined });
  const logical = logical_type?.type;
  if (converted_type === "DECIMAL" || logical === "DECIMAL") {
    const digits = precision ?? Number.POSITIVE_INFINITY;
    return digits <= exactDigits
      ? known("float64", "decimals")
      : refused(`decimals of ${digits} digits, more than a float64 holds`);
  }
  if (logical === "FLOAT16") return known("float32", "half floats");
  if (logical === "TIMESTAMP" || logical === "TIME") {
    const { unit, isAdjustedToUTC } = logical_type as {
      readonly unit: string;
      readonly isAdjustedToUTC: boolean;
    };
    const counts =
      logical === "TIME"
        ? `a time in ${units[unit]}`
        : `${units[unit]} since 1970${isAdjustedToUTC ? "" : ", by a local clock"}`;
    return counting(type === "INT32" ? "int32" : "int64", counts);
  }
  const [dtype, of] = byConverted[converted_type ?? ""] ?? [];
  if (dtype !== undefined) return of === undefined ? known(dtype) : counting(dtype, of);
  if (type === "INT96") return counting("int64", "nanoseconds since 1970");
  if (converted_type === "INTERVAL" || converted_type === "BSON") return refused(converted_type);
  if (logical === "GEOMETRY" || logical === "GEOGRAPHY" || logical === "VARIANT") return refused(logical);
  if (converted_type === "UTF8" || converted_type === "JSON" || converted_type === "ENUM")
    return known("text");
  if (logical === "STRING" || logical === "JSON" || logical === "ENUM") return known("text");
  if (type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY") return known("bytes");
  const plain = byType[type ?? ""];
  return plain === undefined ? refused(`of the type ${type}`) : known(plain);
}
