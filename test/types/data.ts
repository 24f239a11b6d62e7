/** What TypeScript infers of parts, windows and labels, without a cast. Compiled, never run. */
import { batches, type Sequence, type Tensor, tensor } from "epochal";
import { type oneHot, split, windows } from "epochal/data";
import type { Assert, Same } from "./assert.ts";

const dataset = { length: 9, getItem: (i: number): [x: Tensor<"float32">, y: number] => [tensor([i]), i] };

const parts = split(dataset, { test: 0.2, seed: 7 });
export type PartsAre = Assert<Same<keyof typeof parts, "train" | "test">>;
export type SamplesStay = Assert<Same<typeof parts.train, Sequence<[x: Tensor<"float32">, y: number]>>>;
const three = split(dataset, { test: 2, validation: 0.1 });
export type ThreeParts = Assert<Same<keyof typeof three, "train" | "test" | "validation">>;
// @ts-expect-error: no such part was asked for
parts.validation;
// @ts-expect-error: no such option
split(dataset, { test: 0.2, shuffle: true });

const batched = batches(parts.train, { batchSize: 2, shuffle: true });
export type Batched = Assert<Same<typeof batched, Sequence<[Tensor<"float32">, Tensor<"float32">]>>>;

const series = tensor([[1], [2], [3]], "int32");
const alone = windows(series, { length: 2 });
export type Alone = Assert<Same<typeof alone, Sequence<Tensor<"int32">>>>;
const told = windows(series, { length: 2, target: { series: tensor([0.5, 1, 2]) } });
export type Told = Assert<Same<typeof told, Sequence<[x: Tensor<"int32">, y: Tensor<"float32">]>>>;
const next = windows(series, { length: 2, target: {} });
export type Next = Assert<Same<typeof next, Sequence<[x: Tensor<"int32">, y: Tensor<"int32">]>>>;

export type Rows = Assert<Same<ReturnType<typeof oneHot>, Tensor<"float32">>>;
