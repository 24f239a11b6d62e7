import { type CodeChunk, presentChunk } from "../core/chunk.ts";
import * as module from "./http-cache.ts";

/** What keeps far files on disk. */
export const httpCacheChunk: CodeChunk<typeof module> = presentChunk(module);
