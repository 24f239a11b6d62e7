/**
 * Parquet files, local, behind URLs and on the Hugging Face hub, by the package `hyparquet`.
 *
 * @module epochal/data/parquet
 */
import { offerModule } from "../../core/offered.ts";
import * as own from "./parquet.ts";

export type { Missing } from "../columns/decoded.ts";
export type { ColumnReader } from "../columns/groups.ts";
export type { ColumnKind, ColumnKinds, ColumnSample, ColumnValue } from "../columns/kinds.ts";
export type { ColumnReaderOptions } from "../columns/options.ts";
export { type HubOptions, hub } from "./hub.ts";
export { parquet } from "./parquet.ts";

// A worker whose script imports this serves its readers.
offerModule("data/parquet/parquet", own);
