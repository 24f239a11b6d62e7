import { type CodeChunk, presentChunk } from "../core/chunk.ts";
import * as module from "./resume.ts";

/** What a loader needs that goes on from a state. */
export const resumeChunk: CodeChunk<typeof module> = presentChunk(module);
