import type { LayersModel } from "@tensorflow/tfjs";
import type { Sequence, Tensor } from "epochal";
import { Inspector } from "epochal/inspect";
import { fit } from "epochal/tfjs";

type Data = Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]>;

export function train(model: LayersModel, data: Data) {
  return fit(model, data, { epochs: 5, workers: 2, callbacks: [new Inspector({ classes: ["cat", "dog"] })] });
}
