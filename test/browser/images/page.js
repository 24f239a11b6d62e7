/** What the page can be asked for. */
import { imread } from "epochal/image";
import { digests } from "./scenario.js";

const worker = () => new Worker("worker.js", { type: "module" });

globalThis.digests = (names, workers) => digests(names, "", { workers, worker });

/** The pixels of an image: its shape, and its bytes. */
globalThis.pixels = async (source, options) => {
  const { data, shape } = await imread(source, options).tensor();
  return { shape, data: [...data] };
};

/** The error of an image, in its words and those of its causes. */
globalThis.problem = async (source, options) => {
  try {
    await imread(source, options).tensor();
    return "none";
  } catch (error) {
    return said(error);
  }
};

/** The same, where a worker loads. */
globalThis.problemInWorker = async (name) => {
  try {
    await digests([name], "", { workers: 1, worker });
    return "none";
  } catch (error) {
    return said(error);
  }
};

function said(error) {
  const words = `${error.name}: ${error.message}`;
  return error.cause === undefined ? words : `${words} <- ${said(error.cause)}`;
}

const readers = {
  hdf5: async (bytes) => (await import("epochal/data/hdf5")).hdf5(bytes, { x: "train/images" }),
  parquet: async (bytes) => (await import("epochal/data/parquet")).parquet(bytes),
  arrow: async (bytes) => (await import("epochal/data/arrow")).arrow(bytes),
};

/** The error of a file of a data set that another package decodes. */
globalThis.problemOfData = async (kind, name) => {
  const bytes = new Uint8Array(await (await fetch(name)).arrayBuffer());
  try {
    const rows = await readers[kind](bytes);
    await rows.getItem(0);
    return "none";
  } catch (error) {
    return said(error);
  }
};
