/** The tuples of samples, in every place where a dataset may stand, through batches, combinators and a loader. */

import { imread, resize } from "../../src/image/index.ts";
import {
  type BatchOf,
  batches,
  type Context,
  cache,
  concat,
  DataLoader,
  type LazyTensor,
  map,
  mix,
  pad,
  pipe,
  repeat,
  Sequence,
  type Tensor,
  take,
  tensor,
  zip,
} from "../../src/index.ts";
import type { Assert, Same } from "./assert.ts";

type F = Tensor<"float32">;
type I = Tensor<"int32">;
type U = Tensor<"uint8">;

declare const image: LazyTensor<"uint8">;
declare const files: readonly string[];
declare const labels: readonly number[];
const options = { batchSize: 2, shuffle: true };

// The example of batches.
const example = batches(
  {
    length: files.length,
    getItem: (i) => [resize(imread(files[i]!), [28, 28]), tensor(labels[i]!, "int32")],
  },
  { batchSize: 32, shuffle: true, dropLast: true },
);

// Inline.
const inline = batches({ length: 3, getItem: (i) => [image, tensor(i, "int32")] }, options);
const inlineAsync = batches({ length: 3, getItem: async (i) => [image, tensor(i, "int32")] }, options);
const inlineContext = batches(
  { length: 3, getItem: async (i, { random }) => [image, tensor(random.integer(0, i), "int32")] },
  options,
);
const inlineTyped = batches({ length: 3, getItem: (i: number, _: Context) => [image, i] }, options);
const inlineMethod = batches(
  {
    length: 3,
    async getItem(i) {
      const label = await Promise.resolve(i);
      return [image, tensor(label, "int32")];
    },
  },
  options,
);
const inlineRecord = batches({ length: 3, getItem: (i) => ({ image, label: i }) }, options);
const inlineNested = batches({ length: 3, getItem: (i) => ({ x: [image, i], y: i }) as const }, options);

// In a constant.
const asConst = { length: 3, getItem: (i: number) => [image, tensor(i, "int32")] as const };
const asConstAsync = { length: 3, getItem: async (i: number) => [image, tensor(i, "int32")] as const };
const annotated = { length: 3, getItem: (i: number): [image: typeof image, label: number] => [image, i] };
const record = { length: 3, getItem: (i: number) => ({ image, label: tensor(i, "int32") }) };
const [constant, constantAsync, constantAnnotated, constantRecord] = [
  batches(asConst, options),
  batches(asConstAsync, options),
  batches(annotated, options),
  batches(record, options),
];

// In a class.
class Digits {
  readonly length = 3;
  async getItem(i: number): Promise<[image: LazyTensor<"uint8">, label: I]> {
    return [image, tensor(i, "int32")];
  }
}
class Frozen {
  readonly length = 3;
  getItem(i: number): readonly [image: LazyTensor<"uint8">, label: I] {
    return [image, tensor(i, "int32")];
  }
}
const fromClass = batches(new Digits(), options);
const fromReadonly = batches(new Frozen(), options);

// Lists that are no tuples.
const numbers = { length: 3, getItem: (i: number) => [1, 2, i] };
const listOfNumbers = batches(numbers, options);
const words = batches({ length: 3, getItem: (_: number): string[] => [] }, options);

export type Samples = [
  Assert<Same<BatchOf<typeof example>, [F, I]>>,
  Assert<Same<BatchOf<typeof inline>, [U, I]>>,
  Assert<Same<BatchOf<typeof inlineAsync>, [U, I]>>,
  Assert<Same<BatchOf<typeof inlineContext>, [U, I]>>,
  Assert<Same<BatchOf<typeof inlineTyped>, [U, F]>>,
  Assert<Same<BatchOf<typeof inlineMethod>, [U, I]>>,
  Assert<Same<BatchOf<typeof inlineRecord>, { image: U; label: F }>>,
  Assert<Same<BatchOf<typeof inlineNested>, { readonly x: readonly [U, F]; readonly y: F }>>,
  Assert<Same<BatchOf<typeof constant>, readonly [U, I]>>,
  Assert<Same<BatchOf<typeof constantAsync>, readonly [U, I]>>,
  Assert<Same<BatchOf<typeof constantAnnotated>, [image: U, label: F]>>,
  Assert<Same<BatchOf<typeof constantRecord>, { image: U; label: I }>>,
  Assert<Same<BatchOf<typeof fromClass>, [image: U, label: I]>>,
  Assert<Same<BatchOf<typeof fromReadonly>, readonly [image: U, label: I]>>,
  Assert<Same<BatchOf<typeof listOfNumbers>, F[]>>,
  Assert<Same<BatchOf<typeof words>, string[][]>>,
];

// Through what makes other sequences of them.
const swapped = map(inlineAsync, ([x, y]) => [y, x]);
const late = map(constant, async ([x, y]) => [y, x]);
const through = pipe(
  inlineAsync,
  cache,
  (it) => repeat(it, 2),
  (it) => take(it, 3),
  (it) => map(it, async ([x, y]) => [x, y, 1]),
);
const pairs = zip(inline, constant);
const all = concat(inline, inlineAsync);
const mixed = mix(fromClass, swapped, { weights: [1, 2] });
class Numbers extends Sequence<[x: F, y: I]> {
  get length(): number {
    return 3;
  }
  async getItem(i: number) {
    return [tensor([i]), tensor([i], "int32")];
  }
}
const own = take(cache(new Numbers()), 2);

export type Combined = [
  Assert<Same<BatchOf<typeof swapped>, [I, U]>>,
  Assert<Same<BatchOf<typeof late>, [I, U]>>,
  Assert<Same<BatchOf<typeof through>, [U, I, number]>>,
  Assert<Same<BatchOf<typeof pairs>, [[U, I], readonly [U, I]]>>,
  Assert<Same<BatchOf<typeof all>, [U, I]>>,
  Assert<Same<BatchOf<typeof mixed>, [image: U, label: I] | [I, U]>>,
  Assert<Same<BatchOf<typeof own>, [x: F, y: I]>>,
];

export async function load(): Promise<void> {
  for await (const [x, y] of new DataLoader(example)) [x, y] satisfies [F, I];
  for await (const [x, y] of new DataLoader(constant)) [x, y] satisfies [U, I];
  for await (const [x, y, n] of new DataLoader(through)) [x, y, n] satisfies [U, I, number];
  for await (const { image, label } of new DataLoader(constantRecord)) [image, label] satisfies [U, I];
}

export async function loadSamples(): Promise<void> {
  const loader = { batchSize: 32, shuffle: true, workers: 2 };
  for await (const [x, y] of new DataLoader(new Digits(), loader)) [x, y] satisfies [U, I];
  for await (const [x, y] of new DataLoader(asConst, loader)) [x, y] satisfies [U, I];
  for await (const { label } of new DataLoader(record, { ...loader, collate: pad() })) label satisfies I;
  const inCall = new DataLoader({ length: 3, getItem: async (i) => [image, tensor(i, "int32")] }, loader);
  for await (const [x, y] of inCall) [x, y] satisfies [U, I];
  const collated = new DataLoader(new Digits(), {
    ...loader,
    collate: (samples) => [samples.length, samples.map(([, y]) => y)],
  });
  for await (const [n, labels] of collated) [n, labels] satisfies [number, I[]];
  // @ts-expect-error samples without a batch size
  new DataLoader(new Digits());
  // @ts-expect-error batches have their size
  new DataLoader(new Numbers(), { batchSize: 2 });
  // @ts-expect-error a constant whose getItem has lost its tuple
  new DataLoader(lost, loader);
}

const lost = { length: 3, getItem: (i: number) => [image, tensor(i, "int32")] };
const lostAlike = { length: 3, getItem: async (i: number) => [tensor(i), tensor(i)] };
// @ts-expect-error a constant whose getItem has lost its tuple
batches(lost, options);
// @ts-expect-error the same, of tensors that are alike
batches(lostAlike, options);
class Untyped {
  readonly length = 3;
  getItem(i: number) {
    return [image, i];
  }
}
// @ts-expect-error a class whose getItem has lost its tuple
batches(new Untyped(), options);
