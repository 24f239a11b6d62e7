/** Fields of a sequence that nobody outside can see. */
import { originsOf } from "../sequence/combinator.ts";
import type { Sequence } from "../sequence/sequence.ts";

/**
 * Whether a class of the sequences in `sequence`, or one that it extends, declares `#private` fields, which nobody
 * outside can see. Told from its source text, as there is no other way.
 */
export function hidesFields(sequence: Sequence<unknown>): boolean {
  return [...originsOf(sequence)].some((origin) => hides(origin, new Set()));
}

function hides(value: unknown, seen: Set<unknown>): boolean {
  if (typeof value !== "object" || value === null || seen.has(value)) return false;
  seen.add(value);
  if (Array.isArray(value)) return typeof value[0] === "object" && value.some((item) => hides(item, seen));
  const { getItem, getState } = value as { readonly getItem?: unknown; readonly getState?: unknown };
  if (typeof getItem !== "function" || typeof getState === "function") return false;
  for (let type: unknown = value.constructor; typeof type === "function"; type = Object.getPrototypeOf(type))
    if (declaresPrivate(type)) return true;
  // A sequence that passes its hooks on to another one in a field.
  return Object.values(value).some((field) => hides(field, seen));
}

/** Comments and strings, which may name anything. */
const noCode = /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`/g;

/** A name that begins a declaration, and is no method's and no question whether it is there. */
const privateField = /[\s;{}]#[\p{ID_Start}$_][\p{ID_Continue}$]*(?![\p{ID_Continue}$]|\s*\(|\s+in\b)/u;

function declaresPrivate(type: object): boolean {
  const source = Function.prototype.toString.call(type);
  return /^class\b/.test(source) && privateField.test(source.replace(noCode, " "));
}
