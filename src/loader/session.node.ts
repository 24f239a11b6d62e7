import { type CodeChunk, presentChunk } from "../core/chunk.ts";
import * as module from "./session.ts";

/** What a loader needs once its first loop begins. */
export const sessionChunk: CodeChunk<typeof module> = presentChunk(module);
