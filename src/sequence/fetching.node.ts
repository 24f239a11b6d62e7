import { type CodeChunk, presentChunk } from "../core/chunk.ts";
import * as module from "./fetching.ts";

/** What a sequence needs once something is asked of it. */
export const fetchingChunk: CodeChunk<typeof module> = presentChunk(module);
