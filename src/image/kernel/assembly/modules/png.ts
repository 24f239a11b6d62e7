/** PNG: from deflate's codes to pixels, and its check sums. */
import { crc32, fillCrcTables } from "../crc.ts";
import { inflate } from "../inflate.ts";
import { expand, unfilter } from "../png.ts";

export { crc32, expand, fillCrcTables, inflate, unfilter };
