/** What built-in objects hold besides their properties: the entries of a Map, the memory of an array, the time of a Date. */
import { hashBytes } from "../../../core/hash.ts";
import { classOf } from "../../../core/native.ts";
import type { Locate } from "../portable.ts";
import { code, viewNames } from "./codes.ts";
import type { Tape } from "./tape.ts";

/** What whoever gets a snapshot can be given beside plain data. */
export interface Recipient {
  /** Where it finds classes and functions. */
  readonly locate: Locate;
  /** Shared memory stays the same memory; else it is copied. */
  readonly sharesMemory: boolean;
  /** It can have objects of the platform that structured clone takes whole: a Blob, a module of WebAssembly. */
  readonly clones: boolean;
}

/** The walk through a value that comes across such an object. */
export interface Walk {
  readonly tape: Tape;
  value(value: unknown): void;
  elements(array: readonly unknown[]): void;
  /** Own properties, but for those that `internal` names. */
  fields(object: object, internal?: (key: string) => boolean): void;
  /** Something that cannot be sent; `what` names it. */
  opaque(value: unknown, what: string): void;
}

/** Typed arrays of up to this many elements are looked through for named properties. */
const shortView = 4096;

/** What a Map, an Error, a Buffer … holds besides its properties, and these. */
export function recordNative(walk: Walk, value: object, kind: string, to: Recipient | "nobody"): void {
  const { tape } = walk;
  switch (kind) {
    case "Array":
      tape.put(code.array);
      walk.elements(value as unknown[]);
      walk.fields(value, (key) => isIndex(key, (value as unknown[]).length));
      return;
    case "Map": {
      const map = value as ReadonlyMap<unknown, unknown>;
      tape.put(code.map);
      walk.elements([...Map.prototype.keys.call(map)]);
      walk.elements([...Map.prototype.values.call(map)]);
      break;
    }
    case "Set":
      tape.put(code.set);
      walk.elements([...Set.prototype.values.call(value)]);
      break;
    case "Date":
      tape.put(code.date);
      tape.putLeaf(Date.prototype.getTime.call(value));
      break;
    case "RegExp": {
      const { source, flags, lastIndex } = value as RegExp;
      tape.put(code.regexp);
      for (const leaf of [source, flags, lastIndex]) tape.putLeaf(leaf);
      walk.fields(value, (key) => key === "lastIndex");
      return;
    }
    case "Error":
      tape.put(code.error);
      tape.putLeaf(nativeErrorName(value));
      tape.putLeaf(Object.hasOwn(value, "message") ? (value as Error).message : undefined);
      tape.putLeaf((value as Error).stack);
      walk.fields(value, (key) => key === "message" || key === "stack");
      return;
    case "Boolean":
    case "Number":
    case "String":
    case "BigInt":
      tape.put(code.boxed);
      tape.putLeaf(value.valueOf());
      walk.fields(value, kind === "String" ? (key) => key === "length" || /^\d+$/.test(key) : undefined);
      return;
    case "View":
      recordView(walk, value as ArrayBufferView, to);
      return;
    default:
      recordBuffer(walk, value as ArrayBufferLike, kind === "SharedArrayBuffer", to);
  }
  walk.fields(value);
}

function recordView(walk: Walk, view: ArrayBufferView, to: Recipient | "nobody"): void {
  const { tape } = walk;
  const name = classOf(view);
  const { byteOffset, byteLength, buffer } = view;
  const size = (view as { readonly length?: number }).length ?? byteLength;
  if (!tape.reads && size <= shortView && Object.keys(view).length > (name === "DataView" ? 0 : size))
    walk.opaque(view, `a ${name} with properties of its own`);
  if (name === "Buffer" && buffer.byteLength <= 8192 && byteLength < buffer.byteLength) {
    // A part of the pool that all small Buffers share.
    tape.put(code.smallBuffer);
    recordMemory(walk, view.buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer, to);
    return;
  }
  tape.put(code.view);
  tape.put(viewNames.indexOf(name));
  tape.put(byteOffset);
  tape.put(size);
  walk.value(buffer);
}

function recordBuffer(walk: Walk, buffer: ArrayBufferLike, shared: boolean, to: Recipient | "nobody"): void {
  const { tape } = walk;
  tape.put(shared ? code.shared : code.buffer);
  // Where it is the same memory, it is so whatever it holds.
  if (shared && to !== "nobody" && to.sharesMemory) tape.putLeaf(buffer);
  else recordMemory(walk, buffer, to);
}

/** A copy of memory, the earlier one where it holds the same; of a mere look its size and hash. */
function recordMemory(walk: Walk, buffer: ArrayBufferLike, to: Recipient | "nobody"): void {
  const { tape } = walk;
  if (isDetached(buffer)) {
    walk.opaque(buffer, "memory that was given away (a detached ArrayBuffer)");
    return;
  }
  if (to === "nobody") {
    tape.putLeaf(`${buffer.byteLength} ${hashBytes(new Uint8Array(buffer))}`);
    return;
  }
  tape.putMemory(buffer);
}

function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Whether a property is an element of an array, or its length. */
export function isIndex(key: string, length: number): boolean {
  return key === "length" || (/^(?:0|[1-9]\d*)$/.test(key) && Number(key) < length);
}

/** The nearest built-in class of an error. */
function nativeErrorName(error: object): string {
  for (let at: unknown = Object.getPrototypeOf(error); at; at = Object.getPrototypeOf(at)) {
    const name = (at as { readonly constructor?: { readonly name?: unknown } }).constructor?.name;
    if (typeof name === "string" && nativeErrors.has(name)) return name;
  }
  return "Error";
}

const nativeErrors: ReadonlySet<string> = new Set([
  "AggregateError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
]);
