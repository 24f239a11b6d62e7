/**
 * A copy of any value for a message, of bounded size and made in bounded time.
 *
 * Data is copied as structured clone copies it, cycles and shared parts included; what is too much is left out, and a
 * text in its place says so. No code of the user's is run: getters are passed over, a proxy is not looked into. A value
 * that holds what cannot be sent (a function, a handle) has no copy.
 */
import { isProxy } from "./error-name.ts";

/** Characters of a single text that are sent. */
const longestText = 16_384;

/** A value inside that many others is left out. */
const deepest = 32;

/** What may still be sent. */
export interface Budget {
  /** Characters and bytes. */
  size: number;
}

/** What {@link excerpt} gives for a value that cannot be sent. */
export const unsendable: unique symbol = Symbol("unsendable");

/** The text, or its beginning and how much is missing. */
export function cut(text: string, budget: Budget, longest: number = longestText): string {
  const room = Math.max(0, Math.min(longest, budget.size));
  budget.size -= Math.min(text.length, room);
  if (text.length <= room) return text;
  return `${text.slice(0, room)} … (${text.length - room} more characters left out)`;
}

/**
 * A copy of `value` within `budget`; {@link unsendable} where it cannot be sent.
 *
 * One long function, a paragraph for each kind of value, as all of them share the budget and what is copied already.
 */
export function excerpt(value: unknown, budget: Budget): unknown {
  const copies = new Map<object, unknown>();
  const copy = (value: unknown, depth: number): unknown => {
    budget.size -= 8;
    if (typeof value === "string") return cut(value, budget);
    if (typeof value === "bigint" && BigInt.asIntN(4096, value) !== value) return leftOut("a large bigint");
    if (typeof value === "function" || typeof value === "symbol") throw unsendable;
    if (typeof value !== "object" || value === null) return value;
    if (copies.has(value)) return copies.get(value);
    if (isProxy(value)) throw unsendable;
    if (depth > deepest) return leftOut("what lies deeper");
    const bytes = bytesOf(value);
    if (bytes !== undefined) {
      if (bytes > budget.size) return leftOut(`${bytes} bytes`);
      budget.size -= bytes;
      return remember(value, structuredClone(value));
    }
    if (Array.isArray(value)) {
      const items: unknown[] = remember(value, []);
      fill(
        value.length,
        (i) => items.push(copy(own(value, String(i)), depth + 1)),
        (rest) => items.push(rest),
      );
      return items;
    }
    if (value instanceof Map) {
      const map = remember(value, new Map<unknown, unknown>());
      const entries = Map.prototype.entries.call(value);
      fill(
        inherent(Map, "size", value),
        () => {
          const [key, item] = entries.next().value as [unknown, unknown];
          map.set(copy(key, depth + 1), copy(item, depth + 1));
        },
        (rest) => map.set(rest, undefined),
      );
      return map;
    }
    if (value instanceof Set) {
      const set = remember(value, new Set<unknown>());
      const members = Set.prototype.values.call(value);
      fill(
        inherent(Set, "size", value),
        () => set.add(copy(members.next().value, depth + 1)),
        (rest) => set.add(rest),
      );
      return set;
    }
    const tag = Object.prototype.toString.call(value);
    if (tag === "[object Error]") {
      return remember(value, new Error(cut(String(own(value, "message") ?? ""), budget)));
    }
    if (tag !== "[object Object]") throw unsendable;
    const record = remember(value, {});
    const keys = Object.keys(value);
    const put = (key: string, item: unknown): void => {
      Object.defineProperty(record, key, {
        value: item,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    };
    fill(
      keys.length,
      (i) => {
        const key = keys[i]!;
        if (isDataProperty(value, key)) put(cut(key, budget), copy(own(value, key), depth + 1));
      },
      (rest) => put("…", rest),
    );
    return record;
  };
  const fill = (length: number, each: (i: number) => void, end: (rest: string) => void): void => {
    let i = 0;
    for (; i < length && budget.size > 0; i++) each(i);
    if (i < length) end(leftOut(`${length - i} more`));
  };
  const remember = <T>(value: object, made: T): T => {
    copies.set(value, made);
    return made;
  };
  try {
    return copy(value, 0);
  } catch {
    return unsendable;
  }
}

/** Says in its place that something is left out. */
export function leftOut(what: string): string {
  return `(${what} left out)`;
}

/** Whether an own property holds a value, not a getter. */
export function isDataProperty(value: object, key: string): boolean {
  return "value" in (Object.getOwnPropertyDescriptor(value, key) ?? {});
}

/** What the getter of a built-in class gives, and not what a class of the user's puts in its place. */
function inherent<T, K extends keyof T>(type: { readonly prototype: T }, key: K, value: T): T[K] {
  return Object.getOwnPropertyDescriptor(type.prototype, key)!.get!.call(value);
}

function own(value: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

/** Bytes of what structured clone takes as a whole; undefined for all else. */
function bytesOf(value: object): number | undefined {
  if (value instanceof ArrayBuffer) return value.byteLength;
  if (ArrayBuffer.isView(value))
    return value.buffer instanceof ArrayBuffer ? value.buffer.byteLength : undefined;
  if (value instanceof RegExp) return inherent(RegExp, "source", value).length;
  return [Date, Boolean, Number].some((type) => value instanceof type) ? 0 : undefined;
}
