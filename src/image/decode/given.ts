/** Files that no decoder of ours takes, by one that the user gave. */

import { renderRow } from "#image/decode/decoders";
import { ImageError, isEpochalError } from "../../core/errors.ts";
import type { Channels } from "../colour.ts";
import { checkPixels, type DecodeOutcome, type DecodeRequest, type GivenDecoder } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";

/** Decodes `file` by `given`, and writes the row. */
export async function decodeByGiven(
  given: GivenDecoder,
  file: EncodedImage,
  request: DecodeRequest,
): Promise<DecodeOutcome> {
  // A copy, as it may want to have it.
  const { data, shape } = await given(new Uint8Array(file.bytes)).catch((cause: unknown) => {
    if (isEpochalError(cause)) throw cause;
    throw new ImageError(`The function \`decode\` says: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  });
  const [height, width, channels] = shape as [number, number, Channels];
  checkPixels(height, width, request.maxPixels);
  await renderRow(data, height, width, channels, request);
  return "done";
}
