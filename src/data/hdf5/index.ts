/**
 * Arrays in HDF5 files, by the package `h5wasm`.
 *
 * @module epochal/data/hdf5
 */
import { offerModule } from "../../core/offered.ts";
import * as own from "./hdf5.ts";

export { type Hdf5Fields, type Hdf5Reader, type Hdf5Sample, hdf5 } from "./hdf5.ts";

// A worker whose script imports this serves its readers.
offerModule("data/hdf5/hdf5", own);
