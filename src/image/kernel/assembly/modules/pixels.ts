/**
 * What every image needs, whoever decoded it: tables of weights, and from pixels to rows of a batch. The other modules are
 * one a decoder; see each file for its purpose and limits.
 *
 * Helpers are plain functions, which the optimizer inlines as it sees fit. Where it does not, and time is lost, they are
 * static methods: the formatter knows the decorator `@inline` on those alone.
 */
import { countBytes } from "../histogram.ts";
import { renderPixels, transpose } from "../pixels.ts";
import { renderSampled } from "../sampling.ts";
import { weighAxis, writeTable } from "../weights.ts";

export { countBytes, renderPixels, renderSampled, transpose, weighAxis, writeTable };
