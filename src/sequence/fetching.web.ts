import { type CodeChunk, lateChunk } from "../core/chunk.ts";

/** What a sequence needs once something is asked of it. */
export const fetchingChunk: CodeChunk<typeof import("./fetching.ts")> = lateChunk(
  () => import("./fetching.ts"),
);
