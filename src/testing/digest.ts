/** One short text for the bytes of a batch: equal for equal batches, whoever made them. */
import { createHash, type Hash } from "node:crypto";
import { isTensor } from "../tensor/tensor.ts";
import { isInnerNode } from "../tensor/tree.ts";

/** SHA-256 over structure, types and bytes of a delivered batch, as 16 hexadecimal digits. */
export function digest(batch: unknown): string {
  const hash = createHash("sha256");
  add(hash, batch);
  return hash.digest("hex").slice(0, 16);
}

function add(hash: Hash, value: unknown): void {
  if (isTensor(value)) {
    hash.update(`tensor ${value.dtype} ${value.shape.join("x")};`);
    add(hash, value.data);
  } else if (ArrayBuffer.isView(value)) {
    hash.update(`${Object.prototype.toString.call(value)} ${value.byteLength};`);
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (Array.isArray(value)) {
    hash.update(`array ${value.length};`);
    for (const item of value) add(hash, item);
  } else if (value instanceof Map || value instanceof Set) {
    hash.update(`${Object.prototype.toString.call(value)} ${value.size};`);
    add(hash, [...value]);
  } else if (value instanceof ArrayBuffer) {
    add(hash, new Uint8Array(value));
  } else if (isInnerNode(value)) {
    const entries = Object.entries(value);
    hash.update(`record ${entries.length};`);
    for (const [key, item] of entries) {
      hash.update(`${JSON.stringify(key)}:`);
      add(hash, item);
    }
  } else {
    // Of an object's two texts at least one says what it is: of a regular expression or an error, the second.
    hash.update(
      `${typeof value} ${typeof value === "object" ? JSON.stringify(value) : ""} ${String(value)};`,
    );
  }
}
