/**
 * What makes a batch another one the next time: who asks for chance or for the time while it is fetched, and which fields
 * it changes.
 *
 * While one fetch runs, `Math.random`, the clocks and the makers of random bytes of this thread note who called them. They
 * are put back whatever happens. What epochal itself and Node's own modules ask for is left out.
 */
import { fieldsOf } from "../loader/contents.ts";
import type { Sequence } from "../sequence/sequence.ts";

/** Who did what, as `Math.random() at data.ts:14`. */
export type Suspects = ReadonlySet<string>;

/** Calls looked at in one fetch: a look at the stack costs as much as a small image. */
const mostCalls = 400;

/** Fetches once, and resolves with whom to suspect of what it gives, or with what it throws. */
export async function spyOn(sequence: Sequence<unknown>, fetch: () => Promise<unknown>): Promise<Suspects> {
  const suspects = new Set<string>();
  const before = fieldsOf(sequence);
  const restore = patchAll(suspects);
  try {
    await fetch();
  } catch {
    // Said by who fetches it in earnest.
  } finally {
    restore();
  }
  for (const field of fieldsOf(sequence, before))
    if (!before.includes(field)) suspects.add(`getItem changes this.${field.name}`);
  return suspects;
}

/** Has all sources of what is not the same twice note who asks; returns what puts them back. */
function patchAll(suspects: Set<string>): () => void {
  let calls = 0;
  const note = (what: string): void => {
    const caller = calls++ < mostCalls ? callerOf(new Error().stack) : undefined;
    if (caller !== undefined) suspects.add(`${what} at ${caller}`);
  };
  const restore = [
    patch(Math, "random", () => note("Math.random()")),
    patch(performance, "now", () => note("performance.now()")),
    patch(crypto, "randomUUID", () => note("crypto.randomUUID()")),
    patch(crypto, "getRandomValues", () => note("crypto.getRandomValues()")),
    patch(process.hrtime, "bigint", () => note("process.hrtime.bigint()")),
    patchDate((what) => note(what)),
  ];
  return () => {
    for (const undo of restore) undo();
  };
}

/** Calls `before` whenever a method is called; returns what takes that away. */
function patch<K extends string>(owner: { [name in K]: unknown }, name: K, before: () => void): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const original = owner[name] as (...args: unknown[]) => unknown;
  Object.defineProperty(owner, name, {
    configurable: true,
    writable: true,
    value: (...args: unknown[]) => {
      before();
      return original.apply(owner, args);
    },
  });
  return () => {
    if (own) Object.defineProperty(owner, name, own);
    else delete (owner as Record<string, unknown>)[name];
  };
}

function patchDate(note: (what: string) => void): () => void {
  const original = globalThis.Date;
  globalThis.Date = new Proxy(original, {
    construct(target, args, newTarget) {
      if (args.length === 0) note("new Date()");
      return Reflect.construct(target, args, newTarget) as object;
    },
    get(target, name) {
      if (name === "now") note("Date.now()");
      return Reflect.get(target, name) as unknown;
    },
  });
  return () => {
    globalThis.Date = original;
  };
}

/** Where this package lies: a folder in which are `src` or `dist`. */
const home = new URL("../", import.meta.url).href;

/** The file and line that called; undefined where that is epochal or Node. */
function callerOf(stack: string = ""): string | undefined {
  const frames = stack.split("\n").slice(1);
  const frame = frames.find((line) => !line.includes("/check/spies."));
  const place = frame && /((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(frame);
  if (!place) return undefined;
  const [, file = "", line = ""] = place;
  const url = file.startsWith("file:") ? file : `file://${file}`;
  return url.startsWith(home) ? undefined : `${decodeURI(url).split("/").pop()!.split("?")[0]}:${line}`;
}
