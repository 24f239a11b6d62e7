/**
 * A program as users write it. What an editor shows at each name behind a `?` comment is pinned in hover.test.ts.
 * Compiled, never run.
 */
import type { LayersModel } from "@tensorflow/tfjs";
import {
  batches,
  DataLoader,
  fromGenerator,
  type LazyTensor,
  map,
  type Sequence,
  shard,
  type Tensor,
  take,
  zip,
} from "epochal";
import { evaluate, fit, predict } from "epochal/tfjs";

declare const model: LayersModel;
declare const train: Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]>;
declare const photos: Sequence<{ image: LazyTensor<"uint8">; file: string }>;
declare const digits: { length: number; getItem(i: number): [image: LazyTensor<"float32">, label: number] };
declare function step(batch: readonly [Tensor<"float32">, Tensor<"int32">]): number;

export async function program() {
  const /*?*/ loader = new /*?*/ DataLoader(train, { workers: 2, shuffle: true });
  for await (const /*?*/ batch of loader) step(batch);
  for await (const [/*?*/ x, /*?*/ y] of loader) step([x, y]);
  for await (const /*?*/ photo of new DataLoader(photos)) photo.image.data satisfies Uint8Array;

  const /*?*/ half = shard(take(train, 10), { rank: 0, worldSize: 2 });
  const /*?*/ named = map(train, ([x, y]) => ({ image: x, label: y }));
  const /*?*/ sides = zip(train, named);
  const /*?*/ digitBatches = batches(digits, { batchSize: 32 });
  const /*?*/ stream = fromGenerator<[x: Tensor<"float32">]>(async function* () {});

  const /*?*/ history = await /*?*/ fit(model, train, { epochs: 2, validationData: loader });
  const /*?*/ scores = await evaluate(model, train);
  const /*?*/ predictions = await predict(model, train);
  return [half, sides, digitBatches, stream, history, scores, predictions];
}
