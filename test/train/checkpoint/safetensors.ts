/** Safetensors in memory, for tests. */
import { readFile } from "node:fs/promises";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import { decodeJson, encodeJson } from "../../../src/train/checkpoint/json.ts";
import {
  type ByteSource,
  readHeader,
  readTensors,
  type Safetensors,
} from "../../../src/train/checkpoint/safetensors.ts";

/** Bytes in memory as a source that counts what it is asked for. */
export function memory(bytes: Uint8Array): ByteSource & { asked: number } {
  return {
    asked: 0,
    size: bytes.length,
    async read(offset, length) {
      this.asked += length;
      return new Uint8Array(bytes.slice(offset, offset + length));
    },
  };
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
