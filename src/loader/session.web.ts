import { type CodeChunk, lateChunk } from "../core/chunk.ts";

/** What a loader needs once its first loop begins. */
export const sessionChunk: CodeChunk<typeof import("./session.ts")> = lateChunk(() => import("./session.ts"));
