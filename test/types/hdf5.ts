/** What TypeScript infers of the arrays of HDF5 files, without a cast. Compiled, never run. */
import { batches, type Sequence, type Tensor } from "epochal";
import { type Hdf5Reader, hdf5 } from "epochal/data/hdf5";
import type { Assert, Same } from "./assert.ts";

const rows = await hdf5("*.h5", { x: "/images", y: "/labels" });
export type RowsAre = Assert<Same<typeof rows, Hdf5Reader<{ x: Tensor; y: Tensor }>>>;
const batched = batches(rows, { batchSize: 32, shuffle: true });
export type Batched = Assert<Same<typeof batched, Sequence<{ x: Tensor; y: Tensor }>>>;

// @ts-expect-error: an array is named by its path
hdf5("a.h5", { x: 1 });
