import { type CodeChunk, lateChunk } from "../../core/chunk.ts";

/** What batches of samples are fetched by. */
export const gatheringChunk: CodeChunk<typeof import("./gathering.ts")> = lateChunk(
  () => import("./gathering.ts"),
);
