import { type CodeChunk, presentChunk } from "../core/chunk.ts";
import * as module from "./http-cache.ts";

/** What keeps far files on disk. */
export const httpCache: CodeChunk<typeof module> = presentChunk(module);
