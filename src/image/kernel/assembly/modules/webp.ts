/** WebP: from either coding to pixels. */
import { decodeVp8 } from "../vp8.ts";
import { decodeVp8l } from "../vp8l.ts";
import { spreadPixels, takeGreen, unfilterAlpha } from "../webp-pixels.ts";
import { renderYuv } from "../yuv.ts";

export { decodeVp8, decodeVp8l, renderYuv, spreadPixels, takeGreen, unfilterAlpha };
