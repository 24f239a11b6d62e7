/**
 * Data sets where people keep them: readers whose samples are a `Sequence`, for `batches`, `map`, `zip` and the rest.
 */

export type { BytesSource } from "../bytes/open.ts";
export type { Where } from "./files.ts";
