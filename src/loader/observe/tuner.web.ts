import { type CodeChunk, lateChunk } from "../../core/chunk.ts";

/** What chooses for a loader under `"auto"`. */
export const tunerChunk: CodeChunk<typeof import("./tuner.ts")> = lateChunk(() => import("./tuner.ts"));
