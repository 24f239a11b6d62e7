/**
 * An error as a message: structured clone keeps neither class, own fields nor (in some Nodes) `cause`,
 * so the whole chain is written down here and built up again on the other side.
 *
 * Restored are: message, stack, name, own fields that can be cloned, `cause` and `errors` to any sane depth, and the
 * class itself where it is built in or ours. A class of the user's becomes an Error that bears its name. Values that
 * are no errors (a string, undefined) come out as they are.
 */
import { errorPrototype } from "../core/errors.ts";

/** A thrown value, ready for structured clone. */
export type ErrorRecord =
  | { readonly kind: "value"; readonly value: unknown }
  | {
      readonly kind: "error";
      readonly name: string;
      /** The nearest built-in class or class of ours, so that `instanceof` still tells as much as it can. */
      readonly base: string;
      readonly message: string;
      readonly stack: string | undefined;
      readonly fields: Readonly<Record<string, unknown>>;
      readonly cause?: ErrorRecord;
      readonly errors?: readonly ErrorRecord[];
    };

/** A chain longer than this is cut; it also ends a `cause` that leads back to itself. */
const deepest = 16;

const builtIn: Readonly<Record<string, { readonly prototype: Error }>> = {
  Error,
  AggregateError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** Writes a thrown value down. Never throws. */
export function toRecord(thrown: unknown, depth: number = 0): ErrorRecord {
  try {
    if (isError(thrown)) return errorRecord(thrown, depth);
    return { kind: "value", value: cloneable(thrown) ? thrown : String(thrown) };
  } catch {
    // A getter that throws, an object without toString: the user's own, and no reason to lose the batch's place.
    return { kind: "value", value: "a value that cannot be shown" };
  }
}

function errorRecord(thrown: Error, depth: number): ErrorRecord {
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(thrown)) {
    if (ownKeys.has(key)) continue;
    const value = readField(thrown, key);
    if (cloneable(value)) fields[key] = value;
  }
  const errors = (thrown as { errors?: unknown }).errors;
  return {
    kind: "error",
    name: errorName(thrown),
    base: baseOf(thrown),
    message: String(thrown.message),
    stack: typeof thrown.stack === "string" ? thrown.stack : undefined,
    fields,
    ...("cause" in thrown && depth < deepest ? { cause: toRecord(thrown.cause, depth + 1) } : {}),
    ...(Array.isArray(errors) && depth < deepest
      ? { errors: errors.map((error) => toRecord(error, depth + 1)) }
      : {}),
  };
}

/** Builds the thrown value up again. */
export function fromRecord(record: ErrorRecord): unknown {
  if (record.kind === "value") return record.value;
  const error = new Error(record.message);
  Object.setPrototypeOf(
    error,
    errorPrototype(record.base) ?? builtIn[record.base]?.prototype ?? Error.prototype,
  );
  if (error.name !== record.name) define(error, "name", record.name);
  define(error, "stack", record.stack);
  if (record.cause) define(error, "cause", fromRecord(record.cause));
  if (record.errors) define(error, "errors", record.errors.map(fromRecord));
  return Object.assign(error, record.fields);
}

const ownKeys = new Set(["name", "message", "stack", "cause", "errors"]);

/** The name of an error's class; a subclass that sets no `name` is known by its class all the same. */
export function errorName(error: Error): string {
  const name = String(error.name);
  return Object.hasOwn(builtIn, name) ? error.constructor?.name || name : name;
}

function baseOf(error: Error): string {
  for (let at = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at)) {
    const name = String(at.constructor?.name);
    if (Object.hasOwn(builtIn, name) || errorPrototype(name)) return name;
  }
  return "Error";
}

/** As the constructor of Error defines its own properties: not enumerable. */
function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
}

/** Also one of another realm, such as a `vm` context. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

/** A field's value; a getter that throws has none that could be sent. */
function readField(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function cloneable(value: unknown): boolean {
  if (typeof value === "function" || typeof value === "symbol") return false;
  if (typeof value !== "object" || value === null) return true;
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
