/**
 * An error as a message: structured clone keeps neither class, own fields nor (in some Nodes) `cause`,
 * so it is written down here, with every error that it cites, and built up again on the other side.
 *
 * Restored are: message, stack, name, own fields that can be sent, `cause` and `errors`, and the class itself where it
 * is built in or ours. A class of the user's becomes an Error that bears its name. Values that are no errors (a string,
 * undefined) come out as they are.
 *
 * An error that is cited twice, or by itself, is one here as there. Errors come in any shape and size, and a message
 * must not: the number of errors and the size of all they hold are bounded, and what is left out is said in its place.
 */
import { errorPrototype } from "../../core/errors.ts";
import { builtInErrors, errorName, isProxy, readField, shownText } from "./error-name.ts";
import { type Budget, cut, excerpt, isDataProperty, leftOut, unsendable } from "./excerpt.ts";

/** A thrown value and the errors that it cites, ready for structured clone. */
export interface ErrorRecord {
  readonly thrown: Cited;
  readonly errors: readonly OneError[];
}

/** An error, by its place in the list, or a value that is none. */
type Cited = { readonly error: number } | { readonly value: unknown };

interface OneError {
  readonly name: string;
  /** The nearest built-in class or class of ours, so that `instanceof` still tells as much as it can. */
  readonly base: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Readonly<Record<string, Cited>>;
  readonly cause?: Cited;
  readonly errors?: readonly Cited[];
}

/** Characters of a message; a stack is it and its frames, and may be longer. */
const longestMessage = 8_192;

/** Errors in one record. */
const mostErrors = 64;

/** Characters of all messages and stacks in one record, about; as many characters and bytes of all fields besides. */
const largest = 131_072;

/** Writes a thrown value down. Never throws. */
export function toRecord(thrown: unknown): ErrorRecord {
  try {
    return record(thrown);
  } catch {
    // A class whose name is a getter that throws, a prototype that is a proxy: no reason to lose the batch's place.
    return { thrown: { value: "a value that cannot be shown" }, errors: [] };
  }
}

function record(thrown: unknown): ErrorRecord {
  const texts: Budget = { size: largest };
  const data: Budget = { size: largest };
  const found: Error[] = [];
  const places = new Map<Error, number>();
  const cite = (value: unknown): Cited => {
    if (!isError(value)) return { value: showable(value, data) };
    let place = places.get(value);
    if (place === undefined) {
      if (found.length === mostErrors) return { value: leftOut("further errors") };
      place = found.push(value) - 1;
      places.set(value, place);
    }
    return { error: place };
  };
  const errors: OneError[] = [];
  const root = cite(thrown);
  // Near errors first: those that they cite are found on the way.
  for (let i = 0; i < found.length; i++) errors.push(write(found[i]!, cite, texts, data));
  return { thrown: root, errors };
}

function write(error: Error, cite: (value: unknown) => Cited, texts: Budget, data: Budget): OneError {
  const whole = shownText(readField(error, "message"));
  const message = cut(whole, texts, longestMessage);
  const stack = readField(error, "stack");
  const errors = readField(error, "errors");
  return {
    name: cut(errorName(error), texts),
    base: baseOf(error),
    message,
    // It begins with the message, and its frames must not be lost behind a long one.
    stack:
      typeof stack === "string"
        ? cut(
            stack.replace(whole, () => message),
            texts,
          )
        : undefined,
    ...("cause" in error ? { cause: cite(readField(error, "cause")) } : {}),
    ...(Array.isArray(errors) && !isProxy(errors) ? { errors: citeAll(errors, cite) } : {}),
    fields: fieldsOf(error, cite, data),
  };
}

function citeAll(errors: readonly unknown[], cite: (value: unknown) => Cited): Cited[] {
  // A list may have holes, which `map` would leave.
  const cited = Array.from(errors.slice(0, mostErrors), cite);
  const rest = errors.length - cited.length;
  return rest > 0 ? [...cited, { value: leftOut(`${rest} more errors`) }] : cited;
}

function fieldsOf(error: Error, cite: (value: unknown) => Cited, budget: Budget): Record<string, Cited> {
  const fields: [string, Cited][] = [];
  for (const key of Object.keys(error)) {
    // A getter has no value of its own, and may never return.
    if (ownKeys.has(key) || !isDataProperty(error, key)) continue;
    if (budget.size <= 0) {
      fields.push(["…", { value: leftOut("further fields") }]);
      break;
    }
    const name = cut(key, budget);
    const value = readField(error, key);
    const cited = isError(value) ? cite(value) : { value: excerpt(value, budget) };
    if (!("value" in cited && cited.value === unsendable)) fields.push([name, cited]);
  }
  return Object.fromEntries(fields);
}

/** Builds the thrown value up again. */
export function fromRecord({ thrown, errors }: ErrorRecord): unknown {
  const built = errors.map(({ message, base, name, stack }) => {
    const error = new Error(message);
    Object.setPrototypeOf(error, errorPrototype(base) ?? builtInErrors[base]?.prototype ?? Error.prototype);
    if (error.name !== name) define(error, "name", name);
    define(error, "stack", stack);
    return error;
  });
  const restore = (cited: Cited): unknown => ("error" in cited ? built[cited.error] : cited.value);
  errors.forEach(({ cause, errors: cites, fields }, i) => {
    const error = built[i]!;
    if (cause) define(error, "cause", restore(cause));
    if (cites) define(error, "errors", cites.map(restore));
    for (const [key, value] of Object.entries(fields)) define(error, key, restore(value), true);
  });
  return restore(thrown);
}

const ownKeys: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors"]);

function baseOf(error: Error): string {
  for (let at = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at)) {
    const name = shownText(at.constructor?.name);
    if (Object.hasOwn(builtInErrors, name) || errorPrototype(name)) return name;
  }
  return "Error";
}

/** As the constructor of Error defines its own properties: not enumerable, unless it is a field. */
function define(error: Error, key: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable });
}

/** Also one of another realm, such as a `vm` context. */
function isError(value: unknown): value is Error {
  if (typeof value !== "object" || value === null || isProxy(value)) return false;
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

/** A value that was thrown or cited and is no error; in words where it cannot be sent. */
function showable(value: unknown, budget: Budget): unknown {
  const copy = excerpt(value, budget);
  return copy === unsendable ? cut(shownText(value), budget) : copy;
}
