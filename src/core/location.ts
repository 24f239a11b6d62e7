/** Where something stands in a data set, in words. */
import type { DataLocation } from "./errors.ts";

/** `location` as messages name it: `a.tar, row 7, column "jpg", byte 512`; undefined where nothing is known of it. */
export function showLocation({ path, row, sample, column, offset }: DataLocation): string | undefined {
  const parts = [
    path,
    row === undefined ? undefined : `row ${row}`,
    sample === undefined ? undefined : `sample ${JSON.stringify(sample)}`,
    column === undefined ? undefined : `column ${JSON.stringify(column)}`,
    offset === undefined ? undefined : `byte ${offset}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(", ");
}
