/** Making a batch what is delivered: plain data, with its images run. */
import { ShapeError } from "../core/errors.ts";
import { isThenable } from "../core/settle.ts";
import { isLazyTensor, type LazyTensor, runEach } from "./lazy.ts";
import { plain } from "./plain.ts";
import type { Tensor } from "./tensor.ts";
import { type Delivered, forEachLeaf, mapTree } from "./tree.ts";

/**
 * Runs every lazy tensor of a batch, each once however often it stands there; the batch itself where it has none.
 *
 * @throws ShapeError if there is a promise in the batch: a forgotten `await`.
 * @throws PortableError if it holds what no worker could hand over.
 */
export function run<B>(given: B): Delivered<B> | Promise<Delivered<B>> {
  let lazies: Set<LazyTensor> | undefined;
  let promised = false;
  forEachLeaf(given, (leaf) => {
    if (isLazyTensor(leaf)) {
      lazies ??= new Set();
      lazies.add(leaf);
    } else if (isThenable(leaf)) {
      promised = true;
      // Its failure is of no interest any more.
      Promise.resolve(leaf).catch(() => {});
    }
  });
  if (promised)
    throw new ShapeError("The batch holds a promise. Put `await` before it: [await stack(images), y].");
  const batch = plain(given) as B;
  return lazies === undefined ? (batch as Delivered<B>) : runLazies(batch, [...lazies]);
}

async function runLazies<B>(batch: B, lazies: readonly LazyTensor[]): Promise<Delivered<B>> {
  const tensors = await runEach(lazies);
  const made = new Map<unknown, Tensor>(lazies.map((lazy, i) => [lazy, tensors[i]!]));
  return mapTree(batch, (leaf) => made.get(leaf) ?? leaf) as Delivered<B>;
}
