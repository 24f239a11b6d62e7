import { type CodeChunk, presentChunk } from "../core/chunk.ts";
import * as module from "./context.ts";

/** What makes contexts. */
export const contextChunk: CodeChunk<typeof module> = presentChunk(module);
