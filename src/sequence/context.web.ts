import { type CodeChunk, lateChunk } from "../core/chunk.ts";

/** What makes contexts. */
export const contextChunk: CodeChunk<typeof import("./context.ts")> = lateChunk(() => import("./context.ts"));
