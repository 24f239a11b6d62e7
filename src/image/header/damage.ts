/** What is said of files that are no longer what was once written. */
import { ImageError } from "../../core/errors.ts";

/** The error of a file that ends too early; `format` as in "a JPEG file". `cause` is a decoder's own error, if any. */
export function truncated(format: string, cause?: unknown): ImageError {
  return told(
    `The ${format} file is truncated: it ends before its last pixels. Fetch or copy it again.`,
    cause,
  );
}

/** The error of a file that has been changed, or was never right. */
export function damaged(format: string, how: string, cause?: unknown): ImageError {
  return told(`The ${format} file is damaged: ${how}. Fetch or copy it again.`, cause);
}

function told(message: string, cause: unknown): ImageError {
  return new ImageError(message, cause === undefined ? {} : { cause });
}
