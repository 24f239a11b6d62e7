/** What readers of arrays give, as far as options say it. Compiled with the rest, never run. */
import { idx, npy, npz, records } from "../../src/data/index.ts";
import { type BatchOf, batches, type DType, type Tensor, zip } from "../../src/index.ts";
import type { Assert, Same } from "./assert.ts";

const any = await npy("x.npy");
const images = await idx("images");
const labels = await idx("labels", { dtype: "int32" });
const floats = await npy(["a.npy", "b.npy"], { dtype: "float32" });
const cifar = await records("data_batch_*.bin", {
  label: ["uint8"],
  image: ["uint8", 3, 32, 32],
  at: ["int64"],
});
const digits = await npz("mnist.npz", { x: "x_train", y: "y_train" });
const train = batches(zip(floats, labels), { batchSize: 32, shuffle: true });

export type Checks = [
  Assert<Same<BatchOf<typeof any>, Tensor<DType>>>,
  Assert<Same<BatchOf<typeof images>, Tensor<DType>>>,
  Assert<Same<BatchOf<typeof labels>, Tensor<"int32">>>,
  Assert<Same<BatchOf<typeof digits>, { x: Tensor; y: Tensor }>>,
  Assert<Same<BatchOf<typeof train>, [Tensor<"float32">, Tensor<"int32">]>>,
  Assert<
    Same<BatchOf<typeof cifar>, { label: Tensor<"uint8">; image: Tensor<"uint8">; at: Tensor<"int64"> }>
  >,
];

// @ts-expect-error: a dtype is stated where it is checked, too
await npy<"uint8">("x.npy");
// @ts-expect-error: no such dtype
await records("x", { label: ["u8"] });
