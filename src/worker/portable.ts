/**
 * How a sequence reaches a worker.
 *
 * Structured clone moves data, but no classes and no functions. So an instance is described by where its class is
 * found (module and export) and by its own fields; a function by where it is found. Descriptions nest: a combinator
 * holds its sources in its fields, and travels like any class of the user's. In the worker the module is imported and
 * the prototype put back, without running the constructor.
 *
 * - A class says `static readonly module = import.meta.url` and is exported under its own name.
 * - A function says the same: `portable(import.meta.url, fn)`.
 * - `getState()` and `static fromState(state)` take over where fields cannot be cloned (`#private`, handles).
 *
 * Never is the program's entry script imported into a worker unawares: that would run the program once more.
 */
import { PortableError } from "../core/errors.ts";

/** A function or class that says where it is found. */
type Located = ((...args: never) => unknown) & {
  readonly module?: unknown;
  fromState?(state: unknown): unknown;
};

/** Where an export is found. */
interface Address {
  readonly module: string;
  readonly export: string;
}

/** A value in which instances of exported classes, and exported functions, are replaced by references. */
export type Portable = unknown;

/** A reference in a portable value. The key is one that no record of a user's has. */
interface Reference {
  readonly [referenceKey]: "instance" | "state" | "function";
  readonly address: Address;
  readonly value?: unknown;
}

const referenceKey = "epochal:reference";

/**
 * Marks an exported function so that workers find it, and gives it back.
 *
 * @example
 * export const augment = portable(import.meta.url, function augment([x, y], { random }) { … });
 * const train = map(images, augment);
 */
export function portable<F extends (...args: never) => unknown>(module: string | URL, fn: F): F {
  Object.defineProperty(fn, "module", { value: String(module), configurable: true });
  return fn;
}

/**
 * Describes `sequence` for structured clone.
 *
 * @param entry URL of the program's entry script, which must not be imported into a worker.
 * @throws PortableError naming the field that cannot be sent, and what to do.
 */
export function pack(sequence: object, entry?: string): Portable {
  const packed = new Map<object, unknown>();
  const walk = (value: unknown, path: string): unknown => {
    if (typeof value === "function") return functionReference(value as Located, path, entry);
    if (typeof value === "symbol") throw cannot(path, "a symbol");
    if (typeof value !== "object" || value === null || isData(value)) return value;
    const known = packed.get(value);
    if (known !== undefined) return known;
    packed.set(value, value);
    const result = hasClass(value)
      ? instanceReference(value, path, entry, walk, (reference) => packed.set(value, reference))
      : Array.isArray(value)
        ? packArray(value, path, walk)
        : value instanceof Map
          ? packMap(value, path, walk)
          : value instanceof Set
            ? packSet(value, path, walk)
            : packRecord(value, path, walk);
    packed.set(value, result);
    return result;
  };
  return walk(sequence, "");
}

/** Explains a failed `postMessage` of a packed sequence: which field it was. `clone` fails as the sending did. */
export function explainCloneError(
  sequence: object,
  cause: unknown,
  clone: (value: unknown) => unknown = structuredClone,
): PortableError {
  const fields = typeof (sequence as { getState?: unknown }).getState === "function" ? {} : { ...sequence };
  for (const [key, value] of Object.entries(fields)) {
    try {
      clone(pack({ value }));
    } catch (error) {
      return new PortableError(
        `The field \`${key}\` of ${className(sequence)} cannot be sent to a worker: ${(error as Error).message} Open such things in getItem, or give the class getState() and static fromState(state).`,
        { cause: error },
      );
    }
  }
  return new PortableError(`${className(sequence)} cannot be sent to a worker: ${(cause as Error).message}`, {
    cause,
  });
}

/**
 * Builds a packed value up again, by importing the modules it names.
 *
 * @param load imports a module by URL.
 * @throws PortableError if a module lacks the export, or a class cannot be revived.
 */
export async function unpack(
  packed: Portable,
  load: (url: string) => Promise<Record<string, unknown>>,
): Promise<unknown> {
  const modules = new Map<string, Record<string, unknown>>();
  for (const { module } of addresses(packed)) {
    if (!modules.has(module)) modules.set(module, await load(module));
  }
  const revived = new Map<object, unknown>();
  const walk = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || isData(value)) return value;
    if (revived.has(value)) return revived.get(value);
    if (isReference(value)) {
      const result = revive(value, modules, walk, (instance) => revived.set(value, instance));
      revived.set(value, result);
      return result;
    }
    // The value is our own clone: it is filled in place, so that cycles and shared parts stay what they are.
    revived.set(value, value);
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        if (typeof value[i] === "object") value[i] = walk(value[i]);
      }
    } else if (value instanceof Map) {
      const entries = [...value];
      value.clear();
      for (const [key, item] of entries) value.set(walk(key), walk(item));
    } else if (value instanceof Set) {
      const members = [...value];
      value.clear();
      for (const member of members) value.add(walk(member));
    } else if (isPlain(value)) {
      const record = value as Record<string, unknown>;
      for (const key of Object.keys(record)) record[key] = walk(record[key]);
    }
    return value;
  };
  return walk(packed);
}

function packArray(
  array: readonly unknown[],
  path: string,
  walk: (value: unknown, path: string) => unknown,
): unknown {
  let result: unknown[] | undefined;
  for (let i = 0; i < array.length; i++) {
    const item = array[i];
    // Lists of 100,000 paths are common: look only at what could hide a reference.
    if ((typeof item !== "object" && typeof item !== "function") || item === null) continue;
    const mapped = walk(item, `${path}[${i}]`);
    if (mapped !== item) {
      result ??= array.slice();
      result[i] = mapped;
    }
  }
  return result ?? array;
}

function packMap(
  map: ReadonlyMap<unknown, unknown>,
  path: string,
  walk: (value: unknown, path: string) => unknown,
): ReadonlyMap<unknown, unknown> {
  const [keys, values] = [[...map.keys()], [...map.values()]];
  const packedKeys = packArray(keys, `${path}.keys()`, walk) as readonly unknown[];
  const packedValues = packArray(values, `${path}.values()`, walk) as readonly unknown[];
  if (packedKeys === keys && packedValues === values) return map;
  return new Map(packedKeys.map((key, i) => [key, packedValues[i]]));
}

function packSet(
  set: ReadonlySet<unknown>,
  path: string,
  walk: (value: unknown, path: string) => unknown,
): ReadonlySet<unknown> {
  const members = [...set];
  const mapped = packArray(members, path, walk) as readonly unknown[];
  return mapped === members ? set : new Set(mapped);
}

function packRecord(record: object, path: string, walk: (value: unknown, path: string) => unknown): object {
  let result: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(record)) {
    const mapped = walk(value, path === "" ? key : `${path}.${key}`);
    if (mapped !== value) {
      result ??= { ...record };
      result[key] = mapped;
    }
  }
  return result ?? record;
}

function instanceReference(
  instance: object,
  path: string,
  entry: string | undefined,
  walk: (value: unknown, path: string) => unknown,
  register: (reference: Reference) => void,
): Reference {
  const located = instance.constructor as Located;
  const address = addressOf(
    located,
    `${describe(path)}an instance of ${className(instance)}`,
    entry,
    "class",
  );
  const getState = (instance as { getState?: () => unknown }).getState;
  if (typeof getState === "function") {
    if (typeof located.fromState !== "function") {
      throw new PortableError(
        `${className(instance)} has getState() but no static fromState(state). Add it: workers rebuild the instance with it.`,
      );
    }
    const value = walk(getState.call(instance), `${path}.getState()`);
    return { [referenceKey]: "state", address, value };
  }
  if (extendsCollection(instance)) {
    throw new PortableError(
      `In a worker it would be empty: ${describe(path)}an instance of ${className(instance)}, holds elements that its fields do not tell. Give the class getState() and static fromState(state).`,
    );
  }
  // Known before its fields are walked: a field may lead back to the instance.
  const reference: { -readonly [K in keyof Reference]: Reference[K] } = {
    [referenceKey]: "instance",
    address,
  };
  register(reference);
  reference.value = packRecord({ ...instance }, path, walk);
  return reference;
}

function functionReference(fn: Located, path: string, entry: string | undefined): Reference {
  return {
    [referenceKey]: "function",
    address: addressOf(fn, `${describe(path)}the function ${fn.name || "(anonymous)"}`, entry, "function"),
  };
}

/** Where `located` is found; throws, with the remedy, where it does not say or says what cannot be. */
function addressOf(
  located: Located,
  what: string,
  entry: string | undefined,
  kind: "class" | "function",
): Address {
  const name = located.name;
  const hint =
    kind === "class"
      ? `Export the class from a module of its own and add \`static override readonly module = import.meta.url\`, or use workers: 0.`
      : `Export the function from a module under its name and mark it with portable(import.meta.url, ${name || "fn"}), or use workers: 0.`;
  if (!Object.hasOwn(located, "module") || typeof located.module !== "string") {
    const inherits = kind === "class" && typeof located.module === "string";
    throw new PortableError(
      `Workers cannot find ${what}: it does not say in which module it is${inherits ? " (its parent's `module` does not count)" : ""}. ${hint}`,
    );
  }
  if (name === "") throw new PortableError(`Workers cannot find ${what}: it has no name. ${hint}`);
  if (entry !== undefined && located.module === entry) {
    throw new PortableError(
      `Workers cannot load ${what} from ${located.module}: that is the program's entry script, and importing it would run the program again in each worker. Move the ${kind} to a module of its own.`,
    );
  }
  return { module: located.module, export: name };
}

function revive(
  reference: Reference,
  modules: ReadonlyMap<string, Record<string, unknown>>,
  walk: (value: unknown) => unknown,
  register: (instance: object) => void,
): unknown {
  const { address } = reference;
  const exports = modules.get(address.module)!;
  const byDefault = exports.default as ({ name?: string } & Record<string, unknown>) | null | undefined;
  const found =
    exports[address.export] ??
    (byDefault?.name === address.export ? byDefault : undefined) ??
    // In a CommonJS module, as tsx and bundlers write it, Node may see no names but `default`, which has them all.
    byDefault?.[address.export];
  if (typeof found !== "function") {
    throw new PortableError(
      `${address.module} has no export named \`${address.export}\`; it has: ${Object.keys(exports).join(", ") || "none"}. Export it under its own name.`,
    );
  }
  if (reference[referenceKey] === "function") return found;
  if (reference[referenceKey] === "state") {
    const { fromState } = found as Located;
    if (typeof fromState !== "function") {
      throw new PortableError(`${address.export} of ${address.module} has no static fromState(state).`);
    }
    return fromState.call(found, walk(reference.value));
  }
  const instance = Object.create(found.prototype as object) as object;
  register(instance);
  for (const [key, value] of Object.entries(reference.value as object)) {
    // As a class field is: plain, also where the prototype has a getter of the name.
    Object.defineProperty(instance, key, {
      value: walk(value),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return instance;
}

function* addresses(packed: unknown, seen: Set<object> = new Set()): Generator<Address> {
  if (typeof packed !== "object" || packed === null || isData(packed) || seen.has(packed)) return;
  seen.add(packed);
  if (isReference(packed)) {
    yield packed.address;
    yield* addresses(packed.value, seen);
    return;
  }
  for (const item of partsOf(packed)) if (typeof item === "object") yield* addresses(item, seen);
}

/** What lies in a packed array, map, set or record. */
function partsOf(packed: object): Iterable<unknown> {
  if (Array.isArray(packed) || packed instanceof Set) return packed;
  if (packed instanceof Map) return [...packed.keys(), ...packed.values()];
  return Object.values(packed);
}

function isReference(value: object): value is Reference {
  return Object.hasOwn(value, referenceKey);
}

/** Whether it is of a class of the user's: no record, and no collection unless its class extends one. */
function hasClass(value: object): boolean {
  const collection = Array.isArray(value) || value instanceof Map || value instanceof Set;
  return collection ? extendsCollection(value) : !isPlain(value);
}

/** Whether it is of a class of the user's that extends Array, Map or Set. */
function extendsCollection(value: object): boolean {
  return [Array, Map, Set].some(
    (base) => value instanceof base && Object.getPrototypeOf(value) !== base.prototype,
  );
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What structured clone takes whole. */
function isData(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    dataTypes.some((type) => value instanceof type) ||
    (typeof SharedArrayBuffer !== "undefined" && value instanceof SharedArrayBuffer) ||
    cloneTags.has(Object.prototype.toString.call(value))
  );
}

const dataTypes = [ArrayBuffer, Date, RegExp, Error, Boolean, Number, String];

/** Platform objects that structured clone takes, told by their tag as not every platform has each class. */
const cloneTags = new Set([
  "[object Blob]",
  "[object File]",
  "[object WebAssembly.Module]",
  "[object CryptoKey]",
]);

function className(instance: object): string {
  return instance.constructor?.name || "an unnamed class";
}

function describe(path: string): string {
  return path === "" ? "" : `the field \`${path}\`, `;
}

function cannot(path: string, what: string): PortableError {
  return new PortableError(`The field \`${path}\` is ${what}, which cannot be sent to a worker.`);
}
