import { type CodeChunk, lateChunk } from "../core/chunk.ts";

/** What keeps far files on disk. */
export const httpCacheChunk: CodeChunk<typeof import("./http-cache.ts")> = lateChunk(
  () => import("./http-cache.ts"),
);
