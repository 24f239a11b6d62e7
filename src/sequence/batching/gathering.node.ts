import { type CodeChunk, presentChunk } from "../../core/chunk.ts";
import * as module from "./gathering.ts";

/** What batches of samples are fetched by. */
export const gatheringChunk: CodeChunk<typeof module> = presentChunk(module);
