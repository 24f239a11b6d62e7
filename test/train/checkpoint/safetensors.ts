/** Safetensors in memory, for tests. */
import { readFile } from "node:fs/promises";
import { MemoryBytes } from "../../../src/bytes/memory.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import { decodeJson, encodeJson } from "../../../src/train/checkpoint/json.ts";
import { readHeader, readTensors, type Safetensors } from "../../../src/train/checkpoint/safetensors.ts";

/** Bytes in memory that count how many they are asked for. */
class CountingBytes extends MemoryBytes {
  asked = 0;

  override slice(start: number, end: number): Uint8Array {
    this.asked += end - start;
    return super.slice(start, end);
  }

  override readInto(target: Uint8Array, start: number): void {
    this.asked += target.length;
    super.readInto(target, start);
  }
}

/** Some bytes, to be read by range. */
export function memory(bytes: Uint8Array): CountingBytes {
  return new CountingBytes(bytes);
}

/** Some bytes as what they hold. */
export async function decodeSafetensors(bytes: Uint8Array): Promise<Safetensors> {
  const source = memory(bytes);
  const header = await readHeader(source);
  return { tensors: await readTensors(source, header), metadata: header.metadata };
}

/** The file at `path` as what it holds. */
export async function readSafetensors(path: string): Promise<Safetensors> {
  return decodeSafetensors(await readFile(path));
}

/** A callback's state as it comes back from a checkpoint. */
export function throughFile(state: unknown): unknown {
  const kept = new Map<string, Tensor>();
  const text = encodeJson(state, (path, tensor) => {
    kept.set(path, tensor);
    return path;
  });
  return decodeJson(text, (name) => kept.get(name));
}
