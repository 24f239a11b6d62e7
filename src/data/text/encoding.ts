/** Text of bytes, strictly: what is no text in the encoding is an error, and never a replacement character. */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";

/** Encodings whose characters have bytes that look like newlines or quotes. */
const unfit = /^(?:utf-16|iso-2022|hz)/;

/** A decoder keeps nothing from one call to the next. */
const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

/** Throws {@link OptionError} unless rows of text in `encoding` can be found and read. */
export function checkEncoding(encoding: unknown): asserts encoding is string {
  let name: string | undefined;
  try {
    name = typeof encoding === "string" ? decoderOf(encoding).encoding : undefined;
  } catch {
    // Said below.
  }
  if (name === undefined || unfit.test(name)) {
    throw new OptionError(
      `\`encoding\` must be one that TextDecoder knows, with newlines of one byte, such as "utf-8" or "windows-1252", got ${show(encoding)}. Convert the file to UTF-8.`,
    );
  }
}

/**
 * The text of `bytes`.
 *
 * @throws Error if it is none in `encoding`.
 */
export function decodeText(bytes: Uint8Array, encoding: string): string {
  const decoder = decoderOf(encoding);
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Error(
      `It is no text in ${encoding}. ${encoding === "utf-8" ? 'Is it in another one? Then give `encoding: "windows-1252"`, say.' : "Check its encoding."}`,
      { cause },
    );
  }
}

function decoderOf(encoding: string): InstanceType<typeof TextDecoder> {
  let decoder = decoders.get(encoding);
  if (decoder === undefined) {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    decoders.set(encoding, decoder);
  }
  return decoder;
}
