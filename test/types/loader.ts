/** What a loader's batch is to TypeScript, and which options it takes. Compiled, never run. */
import { DataLoader, type LazyTensor, Sequence, type Tensor } from "../../src/index.ts";
import type { Assert, Same } from "./assert.ts";

type F = Tensor<"float32">;
type I = Tensor<"int32">;

/** A sequence of batches `B`, of which only the type matters. */
declare class Of<B> extends Sequence<B> {
  get length(): number;
  getItem(): never;
}

// The batch, as one sees it over `for await (const batch of loader)`.
type BatchIn<L> = L extends AsyncIterable<infer B> ? B : never;
declare const pairs: DataLoader<[x: F, y: I]>;
declare const images: DataLoader<{ image: LazyTensor<"uint8">; file: string }>;
export type Loaded = [
  Assert<Same<BatchIn<typeof pairs>, [x: F, y: I] & Disposable>>,
  Assert<Same<BatchIn<typeof images>, { image: Tensor<"uint8">; file: string } & Disposable>>,
  Assert<Same<BatchIn<typeof pairs>[0]["data"], Float32Array>>,
  Assert<Same<BatchIn<DataLoader<number>>, number>>,
];

export async function use(): Promise<void> {
  for await (const [x, y] of pairs) [x.data, y.data] satisfies [Float32Array, Int32Array];
  for await (const [, , z] of pairs) {
    // @ts-expect-error a pair has no third element
    console.log(z.data);
  }
  for await (const batch of pairs) {
    batch satisfies readonly [F, I];
    using _lease = batch;
  }
  for await (const batch of images) {
    // @ts-expect-error a record has no such leaf
    console.log(batch.pixels);
  }
}

// @ts-expect-error a typo
new DataLoader(new Of<F>(), { worker: 2 });
// @ts-expect-error a kind of value
new DataLoader(new Of<F>(), { shuffle: 10 });
// @ts-expect-error no sequence
new DataLoader([1, 2, 3]);

// What a program exports, extends and hands on.
export class Owner {
  readonly loader: DataLoader<[x: F, y: I]> = new DataLoader(new Of<[x: F, y: I]>(), { workers: 2 });
}
export class Named<B> extends DataLoader<B> {
  readonly title: string = "named";
}
export function rankLoader<B>(of: Sequence<B>): DataLoader<B> {
  return new DataLoader(of, { shard: "env" });
}
export async function useNamed(named: Named<[x: F, y: I]>): Promise<void> {
  for await (const [x, y] of named) [x, y] satisfies [F, I];
}
const handed: ConstructorParameters<typeof DataLoader> = [new Of<F>(), { workers: 1 }];
new DataLoader(...handed);
