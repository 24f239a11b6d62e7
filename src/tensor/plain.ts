/**
 * What a batch may hold, so that it is the same however it comes: from this thread, from another, from a process.
 *
 * A border between threads takes plain data and memory, and loses the rest in silence: classes, private fields, hidden
 * properties, a null prototype, `freeze`. So a batch is plain data in every kind of worker, also without any: what
 * differs in form only is put into the plain form, and what would lose something is refused by name.
 */
import { PortableError } from "../core/errors.ts";
import { classOf, isNativePrototype } from "../core/native.ts";
import { mapItems } from "./items.ts";
import { isLazyTensor } from "./lazy.ts";
import { isTensor } from "./tensor.ts";
import { copyView } from "./view.ts";

/** Arrays of up to this many elements are looked through for named properties. */
const shortArray = 1000;

/**
 * The batch as plain data; the same object where it is that already.
 *
 * @throws PortableError naming the first part that cannot be handed over.
 */
export function plain(value: unknown, path: string = ""): unknown {
  if (typeof value === "function" || typeof value === "symbol") throw unfit(path, `a ${typeof value}`);
  if (typeof value !== "object" || value === null || isLazyTensor(value)) return value;
  // A loader adds to it what gives its memory back.
  if (ArrayBuffer.isView(value)) return Object.isExtensible(value) ? value : copyView(value);
  if (Array.isArray(value)) return plainArray(value, path);
  const prototype = Object.getPrototypeOf(value) as object | null;
  // The usual batch is made of these, each batch anew: not looked through like a record of the user's.
  if (
    prototype === Object.prototype &&
    isTensor(value) &&
    Object.isExtensible(value) &&
    isPlainShape(value.shape)
  )
    return value;
  if (prototype === null || isNativePrototype(prototype, "Object"))
    return plainRecord(value, prototype, path);
  return plainNative(value, prototype, path);
}

function isPlainShape(shape: readonly number[]): boolean {
  return Object.isExtensible(shape) && shape.every(isNumber);
}

function isNumber(size: number): boolean {
  return typeof size === "number";
}

function plainArray(array: readonly unknown[], path: string): readonly unknown[] {
  const prototype = Object.getPrototypeOf(array) as object;
  if (prototype !== Array.prototype && !isNativePrototype(prototype, "Array"))
    throw unfit(path, `an instance of ${classOf(array)}`);
  if (array.length <= shortArray && Object.keys(array).length > array.length)
    throw unfit(path, "an array with named properties");
  const children = mapItems(array, (child, i) => plain(child, `${path}[${i}]`));
  return children === array && !Object.isExtensible(array) ? [...array] : children;
}

function plainRecord(record: object, prototype: object | null, path: string): object {
  const own = record as Readonly<Record<string, unknown>>;
  let changed = prototype !== Object.prototype || !Object.isExtensible(record);
  const entries = Object.keys(record).map((key): [string, unknown] => {
    const child = plain(own[key], path === "" ? key : `${path}.${key}`);
    changed ||= !Object.is(child, own[key]);
    return [key, child];
  });
  for (const key of Reflect.ownKeys(record)) {
    const { enumerable, get, set } = Object.getOwnPropertyDescriptor(record, key)!;
    // Ours: a batch of another loader.
    if (!enumerable && typeof key === "symbol") continue;
    if (get || set || !enumerable || typeof key === "symbol")
      throw unfit(`${path}${path && "."}${String(key)}`, "a property that is not plain");
  }
  // Not by assignment: a key may be `__proto__`.
  return changed ? Object.fromEntries(entries) : record;
}

/** A member of a Map or Set: no step after this one looks into those, so that memory is copied here. */
function plainMember(value: unknown, path: string): unknown {
  if (isLazyTensor(value))
    throw unfit(path, "an image in a place where none is run (write `await image.tensor()`)");
  const member = plain(value, path);
  if (ArrayBuffer.isView(member)) return copyView(member);
  if (Array.isArray(member)) return member.map((child, i) => plainMember(child, `${path}[${i}]`));
  if (typeof member !== "object" || member === null || Object.getPrototypeOf(member) !== Object.prototype)
    return member;
  return Object.fromEntries(
    Object.entries(member).map(([key, child]) => [key, plainMember(child, `${path}.${key}`)]),
  );
}

/** Built-in objects that arrive whole, as copies: they would else be the sequence's own in this thread. */
function plainNative(value: object, prototype: object, path: string): unknown {
  const named = Object.keys(value).length > 0;
  if (isNativePrototype(prototype, "ArrayBuffer")) return (value as ArrayBuffer).slice(0);
  if (isNativePrototype(prototype, "Date") && !named) return new Date((value as Date).getTime());
  if (isNativePrototype(prototype, "RegExp") && !named && (value as RegExp).lastIndex === 0)
    return new RegExp(value as RegExp);
  if (isNativePrototype(prototype, "Map") && !named) {
    const entries = [...(value as ReadonlyMap<unknown, unknown>)];
    return new Map(
      entries.map(([key, item]) => [
        plainMember(key, `${path}.keys()`),
        plainMember(item, `${path}.values()`),
      ]),
    );
  }
  if (isNativePrototype(prototype, "Set") && !named)
    return new Set(
      [...(value as ReadonlySet<unknown>)].map((member) => plainMember(member, `${path}.values()`)),
    );
  if (value instanceof Error && errors.some((name) => isNativePrototype(prototype, name)))
    return plainError(value, prototype, path);
  // It belongs to one thread and its backend.
  if (typeof (value as { dataSync?: unknown }).dataSync === "function")
    throw unfit(path, "a tensor of TensorFlow.js (make one of epochal in its place: tensor(values))");
  throw unfit(
    path,
    `an instance of ${classOf(value)}${named && isNativePrototype(prototype, classOf(value)) ? " with properties of its own" : ""}`,
  );
}

/** A border between threads keeps an error's class, message, stack and cause. */
function plainError(error: Error, prototype: object, path: string): Error {
  const own = Reflect.ownKeys(error);
  const other = own.find((key) => key !== "message" && key !== "stack" && key !== "cause");
  if (other !== undefined) throw unfit(path, `an error with a property of its own, ${String(other)}`);
  if (!own.includes("cause")) return error;
  const cause = plainMember(error.cause, `${path}.cause`);
  const copy = Object.setPrototypeOf(new Error(error.message, { cause }), prototype) as Error;
  return Object.defineProperty(copy, "stack", { value: error.stack });
}

const errors = ["Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"];

function unfit(path: string, what: string): PortableError {
  const where = path === "" ? "it is" : `\`${path}\` is`;
  return new PortableError(
    `The batch cannot be handed over: ${where} ${what}, which would not arrive as it is from a worker. Return plain data: tensors, typed arrays, numbers, strings, and arrays, records, maps and sets of them.`,
  );
}
