/** Arrays in HDF5 files, by the package `h5wasm`. */

export { type Hdf5Fields, type Hdf5Reader, type Hdf5Sample, hdf5 } from "./hdf5.ts";
