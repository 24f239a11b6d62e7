/** What an error is called, whatever it is. */
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
