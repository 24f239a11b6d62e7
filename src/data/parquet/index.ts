/** Parquet files, local, behind URLs and on the Hugging Face hub, by the package `hyparquet`. */

export type { Missing } from "./decoded.ts";
export { type HubOptions, hub } from "./hub.ts";
export type { ParquetColumns, ParquetDType, ParquetKind, ParquetSample, ParquetValue } from "./kinds.ts";
export type { ParquetOptions } from "./options.ts";
export { type ParquetReader, parquet } from "./parquet.ts";
