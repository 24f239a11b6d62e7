import { type CodeChunk, lateChunk } from "../../core/chunk.ts";

/** Workers that a factory makes. */
export const servedChunk: CodeChunk<typeof import("./served.ts")> = lateChunk(() => import("./served.ts"));
