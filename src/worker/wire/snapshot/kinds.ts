/** What an object is besides its properties: told by what it can do, as tags and prototypes can be set by anyone. */
import { isNativePrototype } from "../../../core/native.ts";

/** Getters and methods that only work on the real thing. */
const brands: Readonly<Record<string, (value: object) => unknown>> = {
  Map: (value) => Map.prototype.has.call(value as never, 0),
  Set: (value) => Set.prototype.has.call(value as never, 0),
  Date: (value) => Date.prototype.getTime.call(value),
  RegExp: (value) => value !== RegExp.prototype && regexpSource.call(value),
  ArrayBuffer: (value) => bufferLength.call(value),
  SharedArrayBuffer: (value) => sharedLength?.call(value) ?? missing(),
  Boolean: (value) => Boolean.prototype.valueOf.call(value),
  Number: (value) => Number.prototype.valueOf.call(value),
  String: (value) => String.prototype.valueOf.call(value),
  BigInt: (value) => BigInt.prototype.valueOf.call(value as never),
};

const regexpSource = getter(RegExp.prototype, "source");
const bufferLength = getter(ArrayBuffer.prototype, "byteLength");
const sharedLength =
  typeof SharedArrayBuffer === "undefined" ? undefined : getter(SharedArrayBuffer.prototype, "byteLength");

function getter(prototype: object, name: string): () => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)!.get!;
}

function missing(): never {
  throw new TypeError("not on this platform");
}

/** The built-in class whose internals `value` has, `"View"` for all views of memory; undefined for none. */
export function internalsOf(value: object): string | undefined {
  if (Array.isArray(value)) return "Array";
  if (ArrayBuffer.isView(value)) return "View";
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag === "Object" && extendsNone(Object.getPrototypeOf(value) as object | null)) return undefined;
  if (value instanceof Error || tag === "Error") return "Error";
  for (const [name, brand] of Object.entries(brands)) {
    if (!isOf(value, name) && tag !== name) continue;
    try {
      brand(value);
      return name;
    } catch {
      // It only looks like one.
    }
  }
  return undefined;
}

/** Prototypes, and whether objects made of them are of no built-in class; a dataset has 100,000 objects of one class. */
const plainly = new WeakMap<object, boolean>();

function extendsNone(prototype: object | null): boolean {
  if (prototype === null) return true;
  let none = plainly.get(prototype);
  if (none === undefined) {
    none = !isOf(prototype, "Error") && !Object.keys(brands).some((name) => isOf(prototype, name));
    plainly.set(prototype, none);
  }
  return none;
}

function isOf(value: object, name: string): boolean {
  const type = (globalThis as unknown as Record<string, unknown>)[name];
  return typeof type === "function" && value instanceof type;
}

/** Whether its class is the built-in one itself, of this realm or another, and none that extends it. */
export function isNativeClass(value: object, kind: string): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (kind === "View" && typeof Buffer !== "undefined" && prototype === Buffer.prototype) return true;
  return isNativePrototype(prototype, kind === "View" || kind === "Error" ? undefined : kind);
}

/** Whether structured clone takes it whole, class and all. */
export function isClonable(value: object): boolean {
  return clonable.has(Object.prototype.toString.call(value).slice(8, -1)) && !isUsers(value);
}

/** What structured clone was tried with; a folder that was chosen has 100,000 Files. */
const cloned = new WeakMap<object, boolean>();

/** Whether structured clone takes it indeed, which refuses Node's Blobs of files. */
export function isCloned(value: object): boolean {
  let is = cloned.get(value);
  if (is === undefined) {
    try {
      structuredClone(value);
      is = true;
    } catch {
      is = false;
    }
    cloned.set(value, is);
  }
  return is;
}

/**
 * What can be told at once of something that is cloned whole: of a Blob all but what is in it, of a file's or folder's
 * handle its name. Left out is when a File was last changed, as one that the program makes itself is made anew at each
 * start.
 */
export function factsOf(value: object): string {
  if (isOf(value, "FileList")) return Array.from(value as ArrayLike<File>, factsOf).join();
  const { size, type, name } = value as Partial<File>;
  return `${size} ${type} ${name}`;
}

const clonable: ReadonlySet<string> = new Set([
  ...["Blob", "File", "FileList", "FileSystemFileHandle", "FileSystemDirectoryHandle"],
  ...["CryptoKey", "Module"],
]);

/** Whether its class is one of the user's that only looks like the platform's. */
function isUsers(value: object): boolean {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const { WebAssembly: wasm } = globalThis as { WebAssembly?: { Module: unknown } };
  const type = tag === "Module" ? wasm?.Module : (globalThis as unknown as Record<string, unknown>)[tag];
  return value.constructor !== type;
}

/** Whether it is part of a sequence of the user's, whose fields are worth a look although it cannot be sent. */
export function holdsData(value: object): boolean {
  const { getItem, order } = value as { readonly getItem?: unknown; readonly order?: unknown };
  return typeof getItem === "function" || typeof order === "function";
}
