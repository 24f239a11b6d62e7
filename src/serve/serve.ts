/** What the script of a worker calls that a factory starts. */
import { servingChunk } from "#serve/serving";
import type { Served } from "../worker/wire/served-names.ts";

/**
 * Serves your classes to the loader that started this worker: what the script of a worker calls that the option `worker` of
 * a {@link DataLoader} makes. Call it once, as soon as the script is loaded.
 *
 * A single class of a dataset needs no name; of several, and of functions marked by {@link portable}, each needs an `id`
 * that is a literal, as bundlers change names. Combinators, readers and samplers of epochal need not be given.
 *
 * @param classes the classes and functions that sequences of the page are made of
 * @throws OptionError if this is no worker, or an id is missing or given twice; in a Web Worker once what serves is loaded,
 *   as an exception of the script.
 * @example
 * // In worker.ts, after importing the class:
 * serve({ CIFAR10Sequence });
 *
 * // In the page:
 * const worker = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
 * const batches = new DataLoader(train, { workers: 2, worker });
 */
export function serve(classes: Served = {}): void {
  const { module } = servingChunk;
  if (module) module.serveHere(classes);
  else void serveLate(classes);
}

async function serveLate(classes: Served): Promise<void> {
  try {
    const { serveHere } = await servingChunk.load();
    serveHere(classes);
  } catch (error) {
    // Whoever started the worker is told of exceptions, and not of rejections.
    setTimeout(() => {
      throw error;
    });
  }
}
