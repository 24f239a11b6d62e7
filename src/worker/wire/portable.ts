/**
 * Where a class or function is found, so that a worker can import it.
 *
 * - A class says `static readonly module = import.meta.url` and is exported under its own name.
 * - A function says the same: `portable(import.meta.url, fn)`.
 * - `getState()` and `static fromState(state)` take over where fields cannot be sent (`#private`, handles).
 *
 * How an instance travels with its fields is in snapshot/. Never is the program's entry script imported into a worker
 * unawares: that would run the program once more.
 */
import { show } from "../../core/check.ts";
import { PortableError } from "../../core/errors.ts";
import { idOf } from "../../core/native.ts";

/** What to do where it was a bundler that put modules together and changed names. */
export const ifBundled =
  'If a bundler has made this program: leave epochal out of the bundle (external: ["epochal"]; in Next.js serverExternalPackages), and make the module with your class an entry of its own; or call serve() in an entry of its own, and write worker: () => new Worker(…).';

const inCommonJs =
  "In a CommonJS module, which has no import.meta.url, write `static module = pathToFileURL(__filename).href`, with pathToFileURL of node:url.";

/** What begins as a URL, and not with the letter of a drive. */
const isUrl = /^[a-z][a-z\d+.-]+:/i;

/** What is neither a URL nor an id, as ids hold no slashes: `__filename`. */
const isPath = /[/\\]/;

/** Whether two URLs name the same module. Windows tells neither drives nor names apart by case. */
export function isSameFile(
  one: string,
  other: string,
  platform: string | undefined = globalThis.process?.platform,
): boolean {
  return platform === "win32" ? one.toLowerCase() === other.toLowerCase() : one === other;
}

/** A function or class that says where it is found. */
export type Located = ((...args: never) => unknown) & {
  readonly module?: unknown;
  fromState?(state: unknown): unknown;
};

/** Where an export is found. */
export interface Address {
  readonly module: string;
  /** Its name, or `#` and its id. */
  readonly export: string;
}

/** What ids begin with in addresses, and names cannot. */
export const byIdMark = "#";

/**
 * Marks an exported function so that workers find it, and gives it back.
 *
 * @param module where it is exported from: `import.meta.url`; or its `id` alone, where workers are started by a factory and
 *   `serve` it
 * @param id what workers that `serve` it know it by, as bundlers change the names of functions
 * @example
 * export const augment = portable(import.meta.url, function augment([x, y]: Pair, { random }: Context) {
 *   return [random.boolean() ? flip(x) : x, y];
 * });
 * const train = map(images, augment);
 */
export function portable<F extends (...args: never) => unknown>(module: string | URL, fn: F, id?: string): F {
  const isModule = id !== undefined || module instanceof URL || isUrl.test(module) || isPath.test(module);
  // In what a bundler makes for old browsers, there is no import.meta.url.
  const marks = isModule ? { module: module && String(module), id } : { id: module };
  for (const [name, value] of Object.entries(marks))
    if (value !== undefined) Object.defineProperty(fn, name, { value, configurable: true });
  return fn;
}

/** What is to be found. */
export interface Sought {
  readonly located: Located;
  readonly kind: "class" | "function";
  /** As messages name it: `the field \`words\`, an instance of Vocabulary`. */
  readonly what: string;
  /** Class of the sequence that has it in a field; undefined for the sequence itself. */
  readonly holder: string | undefined;
}

/**
 * Says where workers find something.
 *
 * @throws PortableError with the remedy, where it does not say or says what cannot be.
 */
export type Locate = (sought: Sought) => Address;

/** Finds classes and functions by the modules they name. `entry` is the URL of the script that is never imported. */
export function byModule(entry?: string): Locate {
  return (sought) => addressOf(sought, entry);
}

function addressOf({ located, kind, what, holder }: Sought, entry: string | undefined): Address {
  const name = located?.name ?? "";
  const hint = hintFor(kind, name, holder);
  if (
    typeof located !== "function" ||
    !Object.hasOwn(located, "module") ||
    typeof located.module !== "string"
  ) {
    const inherits = kind === "class" && typeof located?.module === "string";
    const isNone = typeof located === "function" && Object.hasOwn(located, "module");
    const aside = inherits
      ? " (its parent's `module` does not count)"
      : isNone
        ? " (`module` is undefined)"
        : "";
    throw new PortableError(
      `Workers cannot find ${what}: it does not say in which module it is${aside}. ${isNone ? `${inCommonJs} ${ifBundled}` : hint}`,
    );
  }
  if (!isUrl.test(located.module)) {
    throw new PortableError(
      `Workers cannot find ${what}: \`module\` must be a URL, as import.meta.url is, got ${show(located.module)}. ${inCommonJs}`,
    );
  }
  const id = idOf(located);
  if (name === "" && id === undefined)
    throw new PortableError(`Workers cannot find ${what}: it has no name. ${hint}`);
  if (entry !== undefined && isSameFile(located.module, entry)) {
    throw new PortableError(
      `Workers cannot load ${what} from ${located.module}: that is the program's entry script, and importing it would run the program again in each worker. Move the ${kind} to a module of its own. ${ifBundled}`,
    );
  }
  return { module: located.module, export: id === undefined ? name : byIdMark + id };
}

function hintFor(kind: "class" | "function", name: string, holder: string | undefined): string {
  if (kind === "function" && name === "getItem") {
    return "Write what has it as a class, exported from a module of its own with `static readonly module = import.meta.url`, or use workers: 0.";
  }
  if (kind === "function") {
    return `Export the function from a module under its name and mark it with portable(import.meta.url, ${name || "fn"}), or use workers: 0.`;
  }
  if (holder === undefined) {
    return "Export the class from a module of its own and add `static override readonly module = import.meta.url`, or use workers: 0.";
  }
  return `If the class is yours, export it from a module of its own and add \`static readonly module = import.meta.url\`. If it is not (an open file, a connection, a model), leave it out of what is sent: open it in getItem, and give the class that holds it getState() and static fromState(state). Or use workers: 0.`;
}
