/** What is said of files that are no longer what was once written. */
import { ImageError } from "../../core/errors.ts";

/** The error of a file that ends too early; `format` as in "a JPEG file". */
export function truncated(format: string): ImageError {
  return new ImageError(
    `The ${format} file is truncated: it ends before its last pixels. Fetch or copy it again.`,
  );
}

/** The error of a file that has been changed, or was never right. */
export function damaged(format: string, how: string): ImageError {
  return new ImageError(`The ${format} file is damaged: ${how}. Fetch or copy it again.`);
}
