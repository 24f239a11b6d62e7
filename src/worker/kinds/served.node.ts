import { type CodeChunk, presentChunk } from "../../core/chunk.ts";
import * as module from "./served.ts";

/** Workers that a factory makes. */
export const servedChunk: CodeChunk<typeof module> = presentChunk(module);
