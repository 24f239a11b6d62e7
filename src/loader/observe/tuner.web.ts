import { type CodeChunk, lateChunk } from "../../core/chunk.ts";

/** What chooses for a loader under `"auto"`. */
export const tuners: CodeChunk<typeof import("./tuner.ts")> = lateChunk(() => import("./tuner.ts"));
