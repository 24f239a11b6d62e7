/** What TypeScript infers through every combinator, without a cast. Compiled, never run. */
import {
  type BatchOf,
  batches,
  cache,
  collate,
  concat,
  concatenate,
  cutmix,
  fromGenerator,
  type LazyTensor,
  map,
  mix,
  mixup,
  pad,
  pipe,
  randomChoice,
  repeat,
  Sequence,
  type Stream,
  select,
  shard,
  skip,
  slice,
  stack,
  type Tensor,
  take,
  tensor,
  zip,
} from "../../src/index.ts";
import type { Assert, Same } from "./assert.ts";

type F = Tensor<"float32">;
type I = Tensor<"int32">;

class Train extends Sequence<[x: F, y: I]> {
  get length(): number {
    return 3;
  }
  getItem(index: number) {
    return [tensor([index]), tensor([index], "int32")];
  }
}
class Records extends Sequence<{ image: LazyTensor<"uint8">; name: string[] }> {
  get length(): number {
    return 3;
  }
  getItem(): never {
    throw new Error();
  }
}
const train = new Train();
const records = new Records();

const swapped = map(train, ([x, y]) => [y, x]);
const late = map(train, async ([x, y]) => [y, x]);
const record = map(train, ([x, y], { random }) => ({ x, y, flipped: random.boolean() }));
const nested = map(
  map(train, ([x, y]) => [x, y, 1]),
  ([x, , n]) => [x, n],
);
const single = map(train, ([x]) => x);
const chain = take(
  skip(
    repeat(
      select(slice(shard(train, { rank: 0, worldSize: 2 }), 1, -1), (i) => i > 0),
      2,
    ),
    1,
  ),
  3,
);
const piped = pipe(
  train,
  (it) => shard(it, { rank: 0, worldSize: 2 }),
  (it) => slice(it, 1, -1),
  (it) => select(it, (i) => i > 0),
  (it) => repeat(it, 2),
  (it) => skip(it, 1),
  (it) => map(it, ([x, y]) => [y, x]),
  cache,
  (it) => zip(it, records),
);
const pipedSamples = pipe(
  { length: 3, getItem: (i: number): [F, string] => [tensor(i), String(i)] },
  (it) => batches(it, { batchSize: 2 }),
  (it) => concat(it, train),
);
const cached = cache(records);
const both = concat(train, swapped);
const blended = mix(train, record, { weights: [0.5, 0.5] });
const evenly = mix(train, record);
const zipped = zip(train, records, single);
declare const list: Train[];
const [bothOfMany, zippedOfMany, mixedOfMany] = [concat(...list), zip(...list), mix(...list)];
const weightedOfMany = mix(...list, { weights: [1] });
const joined = concatenate([tensor([1]), tensor([2])], { axis: -1 });

export type Checks = [
  Assert<Same<BatchOf<Train>, [x: F, y: I]>>,
  Assert<Same<BatchOf<typeof swapped>, [I, F]>>,
  Assert<Same<BatchOf<typeof late>, [I, F]>>,
  Assert<Same<BatchOf<typeof record>, { x: F; y: I; flipped: boolean }>>,
  Assert<Same<BatchOf<typeof nested>, [F, number]>>,
  Assert<Same<BatchOf<typeof single>, F>>,
  Assert<Same<BatchOf<typeof chain>, [x: F, y: I]>>,
  Assert<Same<BatchOf<typeof piped>, [[I, F], { image: LazyTensor<"uint8">; name: string[] }]>>,
  Assert<Same<BatchOf<typeof pipedSamples>, [F, string[]] | [x: F, y: I]>>,
  Assert<Same<BatchOf<typeof cached>, { image: Tensor<"uint8">; name: string[] }>>,
  Assert<Same<BatchOf<typeof both>, [x: F, y: I] | [I, F]>>,
  Assert<Same<BatchOf<typeof blended>, [x: F, y: I] | { x: F; y: I; flipped: boolean }>>,
  Assert<Same<BatchOf<typeof evenly>, [x: F, y: I] | { x: F; y: I; flipped: boolean }>>,
  Assert<Same<BatchOf<typeof weightedOfMany>, [x: F, y: I]>>,
  Assert<Same<BatchOf<typeof bothOfMany>, [x: F, y: I]>>,
  Assert<Same<BatchOf<typeof zippedOfMany>, [x: F, y: I][]>>,
  Assert<Same<BatchOf<typeof mixedOfMany>, [x: F, y: I]>>,
  Assert<Same<typeof joined, F>>,
  Assert<Same<BatchOf<typeof zipped>, [[x: F, y: I], { image: LazyTensor<"uint8">; name: string[] }, F]>>,
];

// Samples.
declare const image: LazyTensor<"uint8">;
const options = { batchSize: 2 };

class Digits {
  readonly length = 3;
  getItem(index: number): [image: LazyTensor<"uint8">, label: number] {
    return [image, index];
  }
}
class DigitSequence extends Sequence<[x: F, label: I]> {
  get length(): number {
    return 3;
  }
  getItem(index: number) {
    return [tensor([index]), tensor(index, "int32")];
  }
}
const inline = batches({ length: 3, getItem: (i) => [image, tensor(i, "int32"), String(i)] }, options);
const promised = batches(
  { length: 3, getItem: async (i) => ({ x: new Float64Array(2), ok: i > 1 }) },
  options,
);
const fromClass = batches(new Digits(), { ...options, shuffle: true, seed: 7 });
const fromSequence = batches(new DigitSequence(), options);
const padded = batches(new Digits(), { ...options, collate: pad() });
const own = batches(new Digits(), {
  ...options,
  collate: async (samples) => [await stack(samples.map(([x]) => x)), samples.map(([, label]) => label)],
});
const numbers = batches({ length: 3, getItem: (i) => i }, options);

// Ordinary spellings that are not read as tuples unless something asks for them.
const annotated = batches({ length: 3, getItem: (i: number) => [image, tensor(i, "int32")] }, options);
const annotatedLate = batches({ length: 3, getItem: async (i: number) => [image, i] }, options);
const method = batches(
  {
    length: 3,
    async getItem(i: number) {
      return [image, i];
    },
  },
  options,
);
const annotatedOwn = batches(
  { length: 3, getItem: (i: number) => [image, i] },
  { ...options, collate: (samples) => [samples.map(([, i]) => i), samples.length] },
);
const constant = {
  length: 3,
  getItem: (i: number): [image: LazyTensor<"uint8">, label: number] => [image, i],
};
const fromConstant = batches(constant, options);
const asConst = { length: 3, getItem: (i: number) => [image, i] as const };
const fromAsConst = batches(asConst, options);
const rows = JSON.parse("[]");
const parsed = batches({ length: 3, getItem: (i) => [tensor(rows[i].x), rows[i].y] }, options);
const parsedInt = batches({ length: 3, getItem: (i) => [tensor(rows[i].x, "int32")] }, options);
const streamed = fromGenerator(async function* () {
  yield [tensor([1]), tensor([1], "int32")];
});
const collated = collate([[tensor([1, 2]), 0]]);
/** Samples that have a method which sequences have too. */
class Listed {
  readonly length = 3;
  at(): void {}
  getItem(index: number): [x: F, y: number] {
    return [tensor(index), index];
  }
}
const listed = batches(new Listed(), options);

export type SpellingChecks = [
  Assert<Same<BatchOf<typeof annotated>, [Tensor<"uint8">, I]>>,
  Assert<Same<BatchOf<typeof annotatedLate>, [Tensor<"uint8">, F]>>,
  Assert<Same<BatchOf<typeof method>, [Tensor<"uint8">, F]>>,
  Assert<Same<BatchOf<typeof annotatedOwn>, [number[], number]>>,
  Assert<Same<BatchOf<typeof fromConstant>, [image: Tensor<"uint8">, label: F]>>,
  Assert<Same<BatchOf<typeof fromAsConst>, readonly [Tensor<"uint8">, F]>>,
  // biome-ignore lint/suspicious/noExplicitAny: what JSON.parse gives is any; nothing is made of it
  Assert<Same<BatchOf<typeof parsed>, [F, any]>>,
  Assert<Same<BatchOf<typeof parsedInt>, [I]>>,
  Assert<Same<typeof streamed, Stream<[F, I]>>>,
  Assert<Same<typeof collated, [F, F] | Promise<[F, F]>>>,
  Assert<Same<BatchOf<typeof listed>, [x: F, y: F]>>,
];

export type SampleChecks = [
  Assert<Same<BatchOf<typeof inline>, [Tensor<"uint8">, I, string[]]>>,
  Assert<Same<BatchOf<typeof promised>, { x: Tensor<"float64">; ok: Tensor<"bool"> }>>,
  Assert<Same<BatchOf<typeof fromClass>, [image: Tensor<"uint8">, label: F]>>,
  Assert<Same<BatchOf<typeof fromSequence>, [x: F, label: I]>>,
  Assert<Same<BatchOf<typeof padded>, [image: Tensor<"uint8">, label: F]>>,
  Assert<Same<BatchOf<typeof own>, [Tensor<"uint8">, number[]]>>,
  Assert<Same<BatchOf<typeof numbers>, F>>,
];

// Mixing: x keeps its dtype, labels and weights become float32.
declare const photos: Sequence<{ x: LazyTensor<"uint8">; y: I; file: string[] }>;
declare const weighed: Sequence<[x: Tensor<"uint8">, y: Int32Array, sampleWeight: Tensor<"float64">]>;
const faded = mixup(train, { classes: 3 });
const cut = cutmix(photos, { alpha: 1, classes: 3, probability: 0.5 });
const withWeights = mixup(weighed);
const fromSamples = cutmix(fromClass, { classes: 10 });
declare const bytes: Sequence<[x: Tensor<"uint8">, y: I]>;
const either = randomChoice(mixup(bytes), cutmix(bytes));

export type MixingChecks = [
  Assert<Same<BatchOf<typeof faded>[0], F>>,
  Assert<Same<BatchOf<typeof faded>[1], F>>,
  Assert<Same<BatchOf<typeof faded>["length"], 2>>,
  Assert<Same<BatchOf<typeof cut>, { x: Tensor<"uint8">; y: F; file: string[] }>>,
  Assert<Same<BatchOf<typeof withWeights>, [x: Tensor<"uint8">, y: F, sampleWeight: F]>>,
  Assert<Same<BatchOf<typeof fromSamples>, [image: Tensor<"uint8">, label: F]>>,
  Assert<Same<BatchOf<typeof either>, [x: Tensor<"uint8">, y: F]>>,
];

// Wrong calls.
// @ts-expect-error labels that are text
mixup(map(train, ([x]) => [x, "cat"]));
// @ts-expect-error no labels
cutmix(single);
// @ts-expect-error samples are no sequence
mixup(new Digits(), { classes: 10 });
// @ts-expect-error an option that does not exist
mixup(train, { numClasses: 10 });
// @ts-expect-error a batch is no tuple of three
map(train, ([, , z]) => z);
// @ts-expect-error a function that gives no batch
map(train, () => undefined);
// @ts-expect-error no batch size
batches(new Digits(), {});
// @ts-expect-error an option that does not exist
batches(new Digits(), { batchSize: 2, batchsize: 2 });
// @ts-expect-error samples are no sequence
take(new Digits(), 2);
// @ts-expect-error sequences in a list
mix([train, train]);
// @ts-expect-error an option that does not exist
mix(train, train, { weight: [1, 2] });
// @ts-expect-error weights are an option
mix(train, train, [1, 2]);
// @ts-expect-error tensors are no sequences
concat(tensor([1]), tensor([2]));
// @ts-expect-error tensors in an array
concatenate(tensor([1]), tensor([2]));
// @ts-expect-error a share without a world
shard(train, { rank: 0 });
