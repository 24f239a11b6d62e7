/**
 * What the samples of a sequence follow from, as short hashes: the tree of sequences in it, their classes and fields, the
 * text of functions, which versions of files it reads, and what the user says himself.
 *
 * Invariant: trees that differ in what is seen never share a key (but for one chance in 2^64), and a tree has one key in
 * every process, and on every machine where its fields are equal. A hash is of the hashes below it, each counted and with
 * its name, so that nothing runs together, and what stands in a tree twice has its hash in both places. What holds
 * content that cannot be seen, such as a Blob, is refused by name.
 * Limits: what a function closes over or was bound to, what it calls, `#private` fields, what is in files that a sequence
 * of the user's own reads by their paths, and versions of packages are not seen. That is what `version` is for.
 */
import type { Hash } from "node:crypto";
import { type BytesSource, isBuffer, isBytesSource, pathOf } from "../../bytes/open.ts";
import { OptionError } from "../../core/errors.ts";
import { classOf, isNativePrototype } from "../../core/native.ts";
import { node } from "../../core/node.ts";
import { isCombinator } from "../../sequence/combinator.ts";
import { identityOf } from "../../sequence/identity.ts";
import { isSequence, nameOf, type Sequence } from "../../sequence/sequence.ts";
import type { DataFile } from "../data-file.ts";

/** One thing that samples follow from. */
export interface SourcePart {
  /** As people say it: `files of Photos`. */
  readonly name: string;
  readonly hash: string;
}

/** What the samples of a sequence follow from. */
export interface Fingerprint {
  /** A name for all of it together, of 16 hexadecimal digits. */
  readonly key: string;
  /** Its parts, in the order in which they are come by: what is said when one differs. */
  readonly parts: readonly SourcePart[];
}

/**
 * What the samples of `source` follow from.
 *
 * @throws OptionError naming a part whose content cannot be seen.
 */
export function fingerprintOf(source: Sequence<unknown>, version: string): Fingerprint {
  const parts: SourcePart[] = [
    { name: "`version`", hash: hashOf(version) },
    { name: "the length", hash: hashOf(source.length) },
  ];
  const tree = addParts(source, parts, new Map());
  return { key: hashOf([version, source.length, tree]), parts };
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

/** Adds what `sequence` is made of to `parts`, and returns the hash of all of it; of what is in `known` it is known. */
function addParts(sequence: object, parts: SourcePart[], known: Map<object, string>): string {
  const name = nameOf(sequence);
  const before = known.get(sequence);
  if (before !== undefined) {
    parts.push({ name: `the ${name} that stands there again`, hash: before });
    return before;
  }
  // Of one that holds itself.
  known.set(sequence, "itself");
  const add = (part: string, value: unknown): string => {
    const hash = hashOf(value, part);
    parts.push({ name: part, hash });
    return hash;
  };
  // Ours: what it does does not change with its text.
  const text = isCombinator(sequence) ? name : classText(sequence);
  const tree: unknown[] = [add(`the class ${name}`, [name, text])];
  const state = stateOf(sequence);
  if (state !== undefined) tree.push("state", add(`getState() of ${name}`, state));
  else {
    for (const [key, value] of Object.entries(identityOf(sequence))) {
      if (holdsNothing(value)) continue;
      // A hole is no source.
      const list: readonly unknown[] = Array.isArray(value) ? Array.from(value) : [value];
      const hash =
        list.length > 0 && list.every(isSource)
          ? hashOf([Array.isArray(value), list.map((each) => addParts(each, parts, known))])
          : add(`\`${key}\` of ${name}`, value);
      tree.push([key, hash]);
    }
  }
  const hash = hashOf(tree);
  known.set(sequence, hash);
  return hash;
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

/** Whether a field is as if it were not there: it holds nothing yet, or what is found out or made anew at each start. */
function holdsNothing(value: unknown): boolean {
  return value === undefined || passing.some((type) => value instanceof type);
}

const passing = [Promise, WeakMap, WeakSet, WeakRef, AbortSignal, AbortController] as const;

/** A hash of any value, of 16 hexadecimal digits; `part` names it where it is refused. */
function hashOf(value: unknown, part = ""): string {
  const digest = new Digest(part);
  digest.value(value);
  return digest.end();
}

/** Characters that are put together before they are hashed. */
const much = 2 ** 16;

/** A walk through a value that hashes what it comes by: each with its kind and length, so that nothing runs together. */
class Digest {
  readonly #hash: Hash = node("crypto").createHash("sha256");
  readonly #ids = new Map<object, number>();
  readonly #part: string;
  #text = "";

  constructor(part: string) {
    this.#part = part;
  }

  end(): string {
    this.#flush();
    return this.#hash.digest("hex").slice(0, 16);
  }

  value(value: unknown): void {
    if (typeof value === "string") this.#put("s", value);
    else if (typeof value === "function") {
      this.#put("f", `${value.name} ${value}`);
      this.#list("of f", Object.entries(value).flat());
    } else if (typeof value === "symbol") this.#put("y", String(value));
    else if (value === null) this.#put("null", "");
    else if (typeof value !== "object") this.#put(typeof value, Object.is(value, -0) ? "-0" : String(value));
    else this.#object(value);
  }

  #put(kind: string, text: string): void {
    this.#text += `${kind}${text.length}:${text};`;
    if (this.#text.length > much) this.#flush();
  }

  #flush(): void {
    // Not as UTF-8, in which all halves of pairs are one character.
    this.#hash.update(this.#text, "utf16le");
    this.#text = "";
  }

  #object(value: object): void {
    const id = this.#ids.get(value);
    if (id !== undefined) {
      this.#put("seen", String(id));
      return;
    }
    this.#ids.set(value, this.#ids.size);
    if (isDataFile(value)) this.#file(value);
    else if (!this.#builtIn(value)) this.#fields(value);
    else if (!isNativePrototype(Object.getPrototypeOf(value) as object) && !isPlatforms(value)) {
      // What a class of the user's adds to a built-in one.
      this.#put("extends", classText(value));
      const added = Object.entries(value).filter(([key]) => !/^\d+$/.test(key));
      this.#list("by", added.flat());
    }
  }

  /** Adds what is in an object of a built-in class, or one that extends it; false where it is of none. */
  #builtIn(value: object): boolean {
    if (ArrayBuffer.isView(value)) this.#bytes(classOf(value), value);
    else if (isBuffer(value) || isShared(value)) this.#bytes("bytes", new Uint8Array(value));
    else if (Array.isArray(value)) this.#list("array", value);
    else if (value instanceof Map) this.#list("map", [...value].flat());
    else if (value instanceof Set) this.#list("set", [...value]);
    else if (value instanceof Date || value instanceof RegExp || value instanceof URL)
      this.#put(classOf(value), String(value instanceof Date ? value.getTime() : value));
    else if (value instanceof Number || value instanceof String || value instanceof Boolean)
      this.#list("boxed", [value.valueOf()]);
    else if (value instanceof Error) this.#list("error", [classOf(value), value.message, value.cause]);
    else if (value instanceof Blob) throw this.#unseen(`a ${classOf(value)}`);
    else if (isUnknownNative(value)) throw this.#unseen(`of the built-in class ${classOf(value)}`);
    else return false;
    return true;
  }

  #bytes(kind: string, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
    this.#put(kind, String(byteLength));
    this.#flush();
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    // Shared memory may change under the hash, which therefore takes none.
    this.#hash.update(isShared(buffer) ? bytes.slice() : bytes);
  }

  #list(kind: string, items: readonly unknown[]): void {
    this.#put(kind, String(items.length));
    for (const item of items) this.value(item);
  }

  /** A file is known by where it is and its version; bytes that are here by what is in them. */
  #file({ where, byteLength, version }: DataFile): void {
    if (version === undefined && !isHere(where)) {
      const path = pathOf(where);
      throw new OptionError(
        `diskCache() cannot tell which version of ${path ?? "its bytes"} the samples are of${this.#of()}: ${whyNoVersion(where)}`,
      );
    }
    const place = where instanceof Blob ? [where.size, where.type, pathOf(where)] : where;
    this.#list("file", [place, byteLength, version]);
  }

  #fields(value: object): void {
    this.#put("object", classOf(value));
    this.#put("class", classText(value));
    const state = stateOf(value);
    if (state !== undefined) {
      this.#put("state", "");
      this.value(state);
      return;
    }
    const fields = Object.entries(value).filter(([, field]) => !holdsNothing(field));
    this.#put("fields", String(fields.length));
    for (const [key, field] of fields) {
      this.#put("key", key);
      this.value(field);
    }
  }

  #of(): string {
    return this.#part === "" ? "" : `, in ${this.#part}`;
  }

  #unseen(what: string): OptionError {
    return new OptionError(
      `diskCache() cannot see what is in ${this.#part === "" ? "a field" : this.#part}: it is ${what}, or holds one, and samples of another content would pass for those of this one. Keep the bytes instead (new Uint8Array(await blob.arrayBuffer())), give a reader the Blob, or let a \`getState()\` of the class say what is in it.`,
    );
  }
}

/** Whether the content is here to be hashed: memory, and URLs that hold it. */
function isHere(where: BytesSource): boolean {
  return where instanceof Uint8Array || isBuffer(where) || /^data:/i.test(String(where));
}

function whyNoVersion(where: BytesSource): string {
  return where instanceof Blob || /^blob:/i.test(String(where))
    ? "a Blob says nothing of its content. Give its bytes to the reader: new Uint8Array(await blob.arrayBuffer())."
    : "its server says neither ETag nor Last-Modified. Download it, and open the file.";
}

/** Whether it is one file of a data set, as readers hold it. */
function isDataFile(value: object): value is DataFile {
  return "where" in value && "byteLength" in value && "version" in value && isBytesSource(value.where);
}

/** Whether its class is one that the platform has written in JavaScript, the text of which is of no interest. */
function isPlatforms(value: object): boolean {
  return (
    value instanceof URL || (typeof Buffer !== "undefined" && value instanceof Buffer) || isDataFile(value)
  );
}

/** Whether it is of a built-in class that hides what it holds. */
function isUnknownNative(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype !== null && isNativePrototype(prototype) && !isNativePrototype(prototype, "Object");
}

function isShared(value: object): value is SharedArrayBuffer {
  return typeof SharedArrayBuffer !== "undefined" && value instanceof SharedArrayBuffer;
}
