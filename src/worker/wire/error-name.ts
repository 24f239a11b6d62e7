/** What an error is called and what it says, whatever was thrown. */
import { builtin } from "../../core/node.ts";

/** The built-in classes of errors, by name. */
export const builtInErrors: Readonly<Record<string, { readonly prototype: Error }>> = {
  Error,
  AggregateError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** The name of an error's class; a subclass that sets no `name` is known by its class all the same. */
export function errorName(error: Error): string {
  const name = shownText(readField(error, "name"));
  return Object.hasOwn(builtInErrors, name) ? error.constructor?.name || name : name;
}

/** What was thrown, as a sentence; anything may be, also what cannot be made a text. */
export function thrownSentence(thrown: unknown): string {
  return sentence(
    !isProxy(thrown) && thrown instanceof Error
      ? `${errorName(thrown)}: ${shownText(readField(thrown, "message"))}`
      : `${shownText(thrown)} was thrown`,
  );
}

/** `text`, with a full stop where it ends without. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A property's value; a getter that throws has none that could be sent. */
export function readField(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Any value as text. */
export function shownText(value: unknown): string {
  try {
    return isProxy(value) ? "a proxy" : String(value);
  } catch {
    // An object without toString, or one that throws.
    return "a value that cannot be shown";
  }
}

/** Whether `value` is a proxy, any look at which may run code of the user's. */
export function isProxy(value: unknown): boolean {
  return builtin("util")?.types.isProxy(value) ?? false;
}
