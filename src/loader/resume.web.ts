import { type CodeChunk, lateChunk } from "../core/chunk.ts";

/** What a loader needs that goes on from a state. */
export const resumeChunk: CodeChunk<typeof import("./resume.ts")> = lateChunk(() => import("./resume.ts"));
