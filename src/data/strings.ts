/** Many short texts in memory that all threads share: names, paths. A worker gets no copy of them, and nothing is compared one by one. */
import { shared } from "./memory.ts";

/** Texts in UTF-8, one behind the other. */
export interface Strings {
  readonly bytes: Uint8Array;
  /** Where each begins, and behind them where the last ends. */
  readonly starts: Float64Array;
}

/** Puts `texts` in shared memory. */
export function stringsOf(texts: readonly string[]): Strings {
  const encoder = new TextEncoder();
  const starts = shared(Float64Array, texts.length + 1);
  const encoded = encoder.encode(texts.join(""));
  let at = 0;
  texts.forEach((text, i) => {
    // Most are ASCII, where a character is a byte.
    at += isAscii(text) ? text.length : encoder.encode(text).length;
    starts[i + 1] = at;
  });
  const bytes = shared(Uint8Array, at);
  if (encoded.length === at) bytes.set(encoded);
  // Half a character at the end of one, and half a one at the beginning of the next, are a whole one where they meet.
  else
    texts.forEach((text, i) => {
      bytes.set(encoder.encode(text), starts[i]);
    });
  return { bytes, starts };
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text at `index`. */
export function stringAt({ bytes, starts }: Strings, index: number): string {
  // A page does not decode memory that is shared.
  return decoder.decode(bytes.slice(starts[index]!, starts[index + 1]!));
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
