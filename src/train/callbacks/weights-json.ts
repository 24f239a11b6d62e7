/** A model's weights inside of JSON, bit by bit: for the state of a callback that keeps them. */
import { type DType, viewOf } from "../../tensor/dtype.ts";
import type { Weights } from "../trainable.ts";

/** Weights by name; the elements' bytes, little-endian, in base64. */
export type WeightsJson = Readonly<
  Record<string, { readonly dtype: DType; readonly shape: readonly number[]; readonly data: string }>
>;

/** The weights as JSON. */
export function weightsToJson(weights: Weights): WeightsJson {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { data, dtype, shape }]) => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return [name, { dtype, shape: [...shape], data: toBase64(bytes) }];
    }),
  );
}

/** The weights that {@link weightsToJson} was given. */
export function weightsFromJson(json: WeightsJson): Weights {
  return Object.fromEntries(
    Object.entries(json).map(([name, { dtype, shape, data }]) => {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      return [name, { data: viewOf(dtype, bytes.buffer), dtype, shape }];
    }),
  );
}

// In pieces, as a call takes no more than some 100,000 arguments. `Buffer` would be Node only.
function toBase64(bytes: Uint8Array): string {
  const piece = 0x8000;
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + piece)));
  }
  return btoa(pieces.join(""));
}
