import { type CodeChunk, presentChunk } from "../../core/chunk.ts";
import * as module from "./tuner.ts";

/** What chooses for a loader under `"auto"`. */
export const tunerChunk: CodeChunk<typeof module> = presentChunk(module);
