/**
 * What the samples of a sequence follow from, as short hashes: the classes and fields of the sequences in it, the text
 * of functions, which versions of files it reads, and what the user says himself.
 *
 * Equal sequences have equal parts in every process and on every machine where their fields are equal. Limits: what a
 * function closes over, what it calls, and `#private` fields are not seen; nor is the content of Blobs, where else a
 * sequence stands that came before, or what is in files that a sequence of the user's own reads by their paths. That is
 * what the user's `version` is for.
 */
import type { Hash } from "node:crypto";
import { classOf, isNativePrototype } from "../../core/native.ts";
import { node } from "../../core/node.ts";
import { isThenable } from "../../core/settle.ts";
import { isCombinator } from "../../sequence/combinator.ts";
import { isSequence, nameOf, type Sequence } from "../../sequence/sequence.ts";

/** One thing that samples follow from. */
export interface SourcePart {
  /** As people say it: `files of Photos`. */
  readonly name: string;
  readonly hash: string;
}

/** What the samples of `source` follow from, in order. */
export function partsOf(source: Sequence<unknown>, version: string): readonly SourcePart[] {
  const parts: SourcePart[] = [
    { name: "`version`", hash: hashOf(version) },
    { name: "the length", hash: hashOf(source.length) },
  ];
  addParts(source, parts, new Set());
  return parts;
}

/** A name for all `parts` together, of 16 hexadecimal digits. */
export function keyOf(parts: readonly SourcePart[]): string {
  return hashOf(parts.map(({ name, hash }) => [name, hash]));
}

/** Names of the parts that differ, as far as the lists are about the same; undefined where they are not. */
export function differingParts(
  parts: readonly SourcePart[],
  others: readonly SourcePart[],
): string[] | undefined {
  if (parts.length !== others.length || parts.some(({ name }, i) => name !== others[i]?.name))
    return undefined;
  return parts.filter(({ hash }, i) => hash !== others[i]?.hash).map(({ name }) => name);
}

function addParts(sequence: object, parts: SourcePart[], seen: Set<object>): void {
  if (seen.has(sequence)) return;
  seen.add(sequence);
  const name = nameOf(sequence);
  // Ours: what it does does not change with its text.
  const text = isCombinator(sequence) ? name : classText(sequence);
  parts.push({ name: `the class ${name}`, hash: hashOf([name, text]) });
  const state = stateOf(sequence);
  if (state !== undefined) {
    parts.push({ name: `getState() of ${name}`, hash: hashOf(state) });
    return;
  }
  for (const [key, value] of Object.entries(sequence)) {
    const below: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (below.length > 0 && below.every(isSource)) for (const each of below) addParts(each, parts, seen);
    else if (value !== undefined) parts.push({ name: `\`${key}\` of ${name}`, hash: hashOf(value) });
  }
}

/** Whether it gives samples: a sequence, or a dataset of `batches`. */
function isSource(value: unknown): value is object {
  return (
    isSequence(value) || typeof (value as { getItem?: unknown } | null | undefined)?.getItem === "function"
  );
}

/** What an object says of itself, where it does: it takes the place of its fields. */
function stateOf(value: object): unknown {
  const { getState } = value as { readonly getState?: unknown };
  return typeof getState === "function" ? getState.call(value) : undefined;
}

/** The text of an object's class and of those that it extends, down to what is ours or built in. */
function classText(value: object): string {
  const texts: string[] = [];
  for (
    let prototype = Object.getPrototypeOf(value) as object | null;
    prototype !== null && !isNativePrototype(prototype) && !isBase(prototype);
    prototype = Object.getPrototypeOf(prototype) as object | null
  )
    texts.push(String(prototype.constructor));
  return texts.join("\n");
}

/** Whether it is the prototype of `Sequence` itself. */
function isBase(prototype: object): boolean {
  return isSequence(prototype) && !isSequence(Object.getPrototypeOf(prototype));
}

/** A hash of any value, of 16 hexadecimal digits. */
function hashOf(value: unknown): string {
  const digest = new Digest();
  digest.value(value);
  return digest.end();
}

/** Characters that are put together before they are hashed. */
const much = 2 ** 16;

/** A walk through a value that hashes what it comes by: each with its kind and length, so that nothing runs together. */
class Digest {
  readonly #hash: Hash = node("crypto").createHash("sha256");
  readonly #ids = new Map<object, number>();
  #text = "";

  end(): string {
    this.#flush();
    return this.#hash.digest("hex").slice(0, 16);
  }

  value(value: unknown): void {
    if (typeof value === "string") this.#put("s", value);
    else if (typeof value === "function") this.#put("f", `${value.name} ${value}`);
    else if (typeof value === "symbol") this.#put("y", String(value));
    else if (typeof value !== "object" || value === null)
      this.#put(typeof value, Object.is(value, -0) ? "-0" : String(value));
    else this.#object(value);
  }

  #put(kind: string, text: string): void {
    this.#text += `${kind}${text.length}:${text};`;
    if (this.#text.length > much) this.#flush();
  }

  #flush(): void {
    this.#hash.update(this.#text);
    this.#text = "";
  }

  #object(value: object): void {
    const id = this.#ids.get(value);
    if (id !== undefined) {
      this.#put("seen", String(id));
      return;
    }
    this.#ids.set(value, this.#ids.size);
    if (ArrayBuffer.isView(value)) this.#bytes(classOf(value), value);
    else if (value instanceof ArrayBuffer || isShared(value)) this.#bytes("bytes", new Uint8Array(value));
    else if (Array.isArray(value)) this.#list("array", value);
    else if (value instanceof Map) this.#list("map", [...value].flat());
    else if (value instanceof Set) this.#list("set", [...value]);
    else if (value instanceof Date || value instanceof RegExp || value instanceof URL)
      this.#put(classOf(value), String(value instanceof Date ? value.getTime() : value));
    else if (value instanceof Blob) this.#blob(value);
    else if (isThenable(value)) this.#put("promise", "");
    else this.#fields(value);
  }

  #bytes(kind: string, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
    this.#put(kind, String(byteLength));
    this.#flush();
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    // Shared memory may change under the hash, which therefore takes none.
    this.#hash.update(buffer instanceof ArrayBuffer ? bytes : bytes.slice());
  }

  #list(kind: string, items: readonly unknown[]): void {
    this.#put(kind, String(items.length));
    for (const item of items) this.value(item);
  }

  #blob(blob: Blob): void {
    const { name, lastModified } = blob as Partial<File>;
    this.#list("blob", [blob.size, blob.type, name, lastModified]);
  }

  #fields(value: object): void {
    this.#put("object", classOf(value));
    this.#put("class", classText(value));
    const state = stateOf(value);
    if (state !== undefined) {
      this.value(state);
      return;
    }
    for (const [key, field] of Object.entries(value)) {
      // What holds nothing yet is no difference to what is not there.
      if (field === undefined) continue;
      this.#put("key", key);
      this.value(field);
    }
  }
}

function isShared(value: object): value is SharedArrayBuffer {
  return typeof SharedArrayBuffer !== "undefined" && value instanceof SharedArrayBuffer;
}
