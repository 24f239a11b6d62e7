/**
 * Arrow IPC files and streams, local and behind URLs.
 *
 * @module epochal/data/arrow
 */
import { offerModule } from "../../core/offered.ts";
import * as own from "./arrow.ts";

export type { Missing } from "../columns/decoded.ts";
export type { ColumnReader } from "../columns/groups.ts";
export type { ColumnKind, ColumnKinds, ColumnSample, ColumnValue } from "../columns/kinds.ts";
export type { ColumnReaderOptions } from "../columns/options.ts";
export { arrow } from "./arrow.ts";

// A worker whose script imports this serves its readers.
offerModule("data/arrow/arrow", own);
