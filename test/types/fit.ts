/** What `fit`, `evaluate` and `predict` take and give, at compile time. Wrong uses are pinned by ts-expect-error. */
import type { data, LayersModel, TensorContainer, Tensor as TFTensor } from "@tensorflow/tfjs";
import { evaluate, fit, predict, toDataset } from "../../src/adapters/tfjs/index.ts";
import { batches, confusionMatrix, cutmix, fromArrays, fromGenerator, mixup } from "../../src/index.ts";
import type { DataLoader } from "../../src/loader/data-loader.ts";
import type { Sequence } from "../../src/sequence/sequence.ts";
import type { LazyTensor } from "../../src/tensor/lazy.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

declare const model: LayersModel;
type X = Tensor<"float32">;
type Y = Tensor<"int32">;

declare const pairs: Sequence<[x: X, y: Y]>;
declare const weighted: Sequence<[x: X, y: Y, sampleWeight: Float32Array]>;
declare const named: Sequence<[x: { image: X; meta: X }, y: [X, Y]]>;
declare const lazy: Sequence<[x: LazyTensor<"float32">, y: Y]>;
declare const loader: DataLoader<[x: X, y: Y]>;
declare const alone: Sequence<X>;
declare const triplets: Sequence<[x: [anchor: X, positive: X, negative: X]]>;
declare const inputs: Sequence<[x: { anchor: X; positive: X }]>;
declare const listed: Sequence<X[]>;
declare const record: Sequence<{ image: X; label: Y }>;
declare const four: Sequence<[X, Y, X, Y]>;
declare const strings: Sequence<[x: string, y: Y]>;
declare const endless: AsyncIterable<[X, Y]>;
declare const batched: data.Dataset<TensorContainer>;
declare const elements: data.Dataset<{ xs: TFTensor; ys: TFTensor }>;
declare const own: TFTensor;
declare const x: X;
declare const y: Y;
declare const flat: Float32Array;

export async function use(): Promise<void> {
  await fit(model, pairs);
  await fit(model, weighted, { validationData: pairs });
  await fit(model, named, { validationData: loader });
  await fit(model, lazy, { validationData: [x, y] });
  await fit(model, loader, { validationData: endless });
  await fit(model, [x, y], { batchSize: 8, validationData: [x, y] });
  await fit(model, [{ image: x, meta: x }, y, x]);
  await fit(model, mixup(pairs, { classes: 10 }), { validationData: pairs });
  await fit(model, cutmix(weighted, { classes: 10 }));
  await fit(model, [own, own]);
  await fit(model, [own, flat], { validationData: [own, flat] });
  // For a loss of the user's own.
  await fit(model, alone, { validationData: alone });
  await fit(model, triplets, { validationData: inputs });
  await fit(model, inputs);
  await fit(
    model,
    fromGenerator<[X]>(() => []),
  );
  await fit(model, batches({ length: 3, getItem: () => x }, { batchSize: 2 }));
  await fit(model, [x], { validationData: [[x, x]] });
  await fit(model, x, { validationData: own });
  await evaluate(model, alone);
  await evaluate(model, [{ image: x, meta: own }]);
  fromArrays([x, { label: y }]) satisfies Sequence<readonly [X, { readonly label: Y }]>;
  fromArrays([[x, y], { label: y }]) satisfies Sequence<[[X, Y], { label: Y }]>;
  fromArrays([x, flat] as const) satisfies Sequence<readonly [X, Float32Array]>;
  const annotated: Sequence<[x: X, y: Y]> = fromArrays([x, y]);
  await fit(model, annotated);
  await fit(model, [x, flat], { validationData: [x, flat] });
  await evaluate(model, fromArrays([[x, x], flat]));
  await fit(model, fromArrays([x, y], { batchSize: 8, shuffle: true }));
  await fit(model, pairs, { validationData: batched });
  await fit(model, batched, { validationData: elements });
  await fit(model, loader, { validationData: elements });
  await evaluate(model, batched);
  await evaluate(model, toDataset(loader));
  await predict(model, elements);
  await fit(model, pairs, { validationData: [own, [own, own]] });
  await evaluate(model, [{ image: own, meta: own }, own] as const);
  await predict(model, own);
  const { history } = await fit(model, pairs);
  history satisfies Record<string, number[]>;

  // @ts-expect-error: a record is no [x, y], and [record] would be its inputs
  await fit(model, record);
  // @ts-expect-error: four elements
  await fit(model, four);
  // @ts-expect-error: any number of tensors
  await fit(model, listed);
  // @ts-expect-error: strings are no tensors
  await fit(model, strings);
  // @ts-expect-error: plain numbers are no tensors
  fromArrays([[1, 2], y]);
  // @ts-expect-error: a typo
  await fit(model, pairs, { epoch: 2 });
  // @ts-expect-error: not a choice
  await fit(model, pairs, { stepsMode: "wrap" });
  // @ts-expect-error: fit makes its own loader's state
  await fit(model, pairs, { state: undefined });

  const { loss } = await evaluate(model, pairs);
  loss satisfies number | undefined;
  await evaluate(model, [x, y] as const, { batchSize: 8 });

  (await predict(model, alone)) satisfies Tensor<"float32">;
  (await predict<[Tensor, Tensor]>(model, pairs)) satisfies [Tensor, Tensor];
  await predict(model, x);
  // What takes the result does not say what it is.
  confusionMatrix([0, 1], await predict(model, pairs)) satisfies Tensor<"int32">;
}
