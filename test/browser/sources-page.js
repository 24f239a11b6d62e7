/** The page of sources.js. */
import { readAll, readFolder, readFolders, readInWorkers, refusals } from "./sources.js";

const makeWorker = () => new Worker(new URL("./sources-worker.js", import.meta.url), { type: "module" });

globalThis.sources = {
  readAll,
  readFolder,
  readFolders,
  readInWorkers: (base, paths) => readInWorkers(base, paths, makeWorker),
  refusals,
};
