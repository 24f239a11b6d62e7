import { type CodeChunk, lateChunk } from "../core/chunk.ts";

/** What a worker serves by. */
export const servingChunk: CodeChunk<typeof import("./serving.ts")> = lateChunk(() => import("./serving.ts"));
