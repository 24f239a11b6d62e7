/** The slot for a browser's own decoder (`createImageBitmap`): none yet, so images there end in a clear error. */
import type { Engine } from "./decoder.ts";

/** The engine; undefined where the platform has none. */
export function browserEngine(): Engine | undefined {
  return undefined;
}
