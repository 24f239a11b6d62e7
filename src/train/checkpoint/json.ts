/**
 * JSON that gives back what it was given: every number, also those that JSON lacks, and tensors, which are kept beside
 * the text.
 *
 * What JSON has no word for stands as a record of one name that begins with `$`. A user's own name that begins so gets
 * one more, so that no data are taken for a mark.
 */
import { show } from "../../core/check.ts";
import { StateError } from "../../core/errors.ts";
import { bytesPerElement, type DType, dtypeOf, dtypes } from "../../tensor/dtype.ts";
import { isTensor, sizeOf, type Tensor } from "../../tensor/tensor.ts";

/** Keeps a tensor that lies at `path` in the value; the name by which it is found again. */
export type Keep = (path: string, tensor: Tensor) => string;

/** A tensor by the name that {@link Keep} gave. */
export type Find = (name: string) => Tensor | undefined;

/**
 * `value` as text, its tensors and typed arrays given to `keep`.
 *
 * @throws StateError for what would not come back as it was: a function, a `Map`, a bigint.
 */
export function encodeJson(value: unknown, keep: Keep): string {
  return JSON.stringify(encode(value, "", keep));
}

/**
 * The value that {@link encodeJson} was given.
 *
 * @throws StateError if `find` does not know a tensor, SyntaxError if the text is no JSON.
 */
export function decodeJson(text: string, find: Find): unknown {
  return decode(JSON.parse(text), find);
}

function encode(value: unknown, path: string, keep: Keep): unknown {
  if (typeof value === "number") {
    if (Object.is(value, -0)) return { $number: "-0" };
    return Number.isFinite(value) ? value : { $number: String(value) };
  }
  if (value === null || value === undefined || typeof value === "string" || typeof value === "boolean") {
    return value;
  }
  if (typeof value === "object") {
    if (isWholeTensor(value)) return { $tensor: keep(path, value) };
    const dtype = dtypeOf(value);
    if (dtype) {
      const data = value as Tensor["data"];
      return { $array: keep(path, { data, shape: [data.length], dtype } as Tensor) };
    }
    const below = (name: string | number): string => (path === "" ? String(name) : `${path}/${name}`);
    if (Array.isArray(value)) return value.map((item, i) => encode(item, below(i), keep));
    if ("toJSON" in value && typeof value.toJSON === "function") return encode(value.toJSON(), path, keep);
    if (Object.prototype.toString.call(value) === "[object Object]") {
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [
          name.startsWith("$") ? `$${name}` : name,
          encode(item, below(name), keep),
        ]),
      );
    }
  }
  throw new StateError(
    `What is to be saved holds ${show(value)} at ${path || "its top"}, which would not come back as it was. Make it of numbers, strings, booleans, lists, records and tensors.`,
  );
}

function decode(value: unknown, find: Find): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => decode(item, find));
  const entries = Object.entries(value);
  const [mark, name] = entries[0] ?? [];
  if (entries.length === 1 && typeof name === "string") {
    if (mark === "$number") return Number(name);
    if (mark === "$tensor") return found(name, find);
    if (mark === "$array") return found(name, find).data;
  }
  return Object.fromEntries(
    entries.map(([key, item]) => [key.startsWith("$$") ? key.slice(1) : key, decode(item, find)]),
  );
}

function found(name: string, find: Find): Tensor {
  const tensor = find(name);
  if (tensor) return tensor;
  throw new StateError(`It has no tensor ${show(name)}, which its state names.`);
}

/** Whether `value`, which JSON gave, is a record. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `value` is a tensor that can be written: its elements fill its shape. */
function isWholeTensor(value: object): value is Tensor {
  if (!isTensor(value) || !dtypes.includes(value.dtype as DType)) return false;
  return value.data.byteLength === sizeOf(value.shape) * bytesPerElement(value.dtype);
}
