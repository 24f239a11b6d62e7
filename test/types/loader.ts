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

// What a program writes beside a loader is compared with what it loads, and taken for it nowhere.
const rows = { length: 3, getItem: (i: number): number => i };
const one = { batchSize: 1 };
const xy = new Of<[x: F, y: I]>();
// @ts-expect-error a pair is no record
export const wrong: DataLoader<{ a: F; b: I }> = new DataLoader(xy);
// @ts-expect-error a pair is not nothing
export const none: DataLoader<never> = new DataLoader(xy);
// @ts-expect-error numbers are stacked
export const strings: DataLoader<string> = new DataLoader(rows, one);
// @ts-expect-error what is written as an argument, too
new DataLoader<string>(rows, one);
// @ts-expect-error of a sequence
new DataLoader<string>(xy);
export class Wrong extends DataLoader<{ z: F }> {
  constructor() {
    // @ts-expect-error a class that extends it hands on what it says
    super(rows, one);
  }
}
export class WrongPair extends DataLoader<{ z: F }> {
  constructor() {
    // @ts-expect-error of a sequence
    super(xy);
  }
}
export const right: DataLoader<[x: F, y: I]> = new DataLoader(xy, { workers: 2 });
export const stated = new DataLoader<[x: F, y: I]>(xy);
export const some: DataLoader<unknown> = new DataLoader(rows, one);
export const counts: DataLoader<[x: F, n: number]> = new DataLoader(rows, {
  ...one,
  collate: (all) => [null as unknown as F, all.length],
});
export class Pairs<B> extends DataLoader<B> {
  constructor(of: Sequence<B>) {
    super(of, { workers: 1 });
  }
}
export const made: Pairs<F> = new Pairs(new Of<F>());

// Of a sequence of which only a base is known.
export function load<S extends Sequence<unknown>>(of: S): DataLoader<unknown> {
  return new DataLoader(of, { workers: 1 });
}
export class Keeper<S extends Sequence<{ a: F }>> {
  readonly loader: DataLoader<{ a: F }>;
  constructor(of: S) {
    this.loader = new DataLoader(of, { workers: 1 });
  }
}
