/** What a disk cache gives, by type: what its source gave, but for images that take no more steps. Never run. */
import { type Cached, diskCache } from "../../src/data/index.ts";
import { type Image, resize } from "../../src/image/index.ts";
import { batches, map, type Sequence, type Tensor } from "../../src/index.ts";
import type { LazyTensor } from "../../src/tensor/lazy.ts";
import type { Assert, Same } from "./assert.ts";

interface Sample {
  readonly image: Image<"uint8">;
  readonly floats: Image<"float32">;
  readonly pair: [x: Tensor<"int32">, label: number];
  readonly rest: { readonly bytes: Uint8Array; readonly odd: boolean };
}
declare const samples: Sequence<Sample>;
declare const tuples: Sequence<[Image<"uint8">, Tensor<"int64">]>;

const kept = diskCache(samples, { folder: ".cache", version: "200", maxBytes: 1e9 });
const pairs = diskCache(tuples, { folder: ".cache" });
const more = map(kept, ({ image, pair: [x] }) => ({ image: resize(image, [28, 28]), x }));
const train = batches(kept, { batchSize: 32 });
// @ts-expect-error: pixels from 0 to 1 are no image that takes steps
const none = map(kept, ({ floats }) => resize(floats, [28, 28]));

type Of<S> = S extends Sequence<infer B> ? B : never;

export type Checks = [
  Assert<
    Same<
      Cached<Sample>,
      {
        readonly image: Image<"uint8">;
        readonly floats: LazyTensor<"float32">;
        readonly pair: [x: Tensor<"int32">, label: number];
        readonly rest: { readonly bytes: Uint8Array; readonly odd: boolean };
      }
    >
  >,
  Assert<Same<Of<typeof kept>, Cached<Sample>>>,
  Assert<Same<Of<typeof pairs>, [Image<"uint8">, Tensor<"int64">]>>,
  Assert<Same<Of<typeof more>, { image: Image<"float32">; x: Tensor<"int32"> }>>,
  Assert<Same<Of<typeof train>["floats"], Tensor<"float32">>>,
];
export const unused: unknown = none;
