import { type CodeChunk, presentChunk } from "../core/chunk.ts";
import * as module from "./serving.ts";

/** What a worker serves by. */
export const servingChunk: CodeChunk<typeof module> = presentChunk(module);
