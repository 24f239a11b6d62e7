import type { LayersModel } from "@tensorflow/tfjs";
import { EarlyStopping, LearningRateScheduler, type Sequence, type Tensor, TensorBoard } from "epochal";
import { fit } from "epochal/tfjs";

type Data = Sequence<[x: Tensor<"float32">, y: Tensor<"float32">]>;

export function train(model: LayersModel, training: Data, validation: Data) {
  return fit(model, training, {
    epochs: 100,
    validationData: validation,
    callbacks: [
      new EarlyStopping({ monitor: "val_loss", patience: 5, restoreBestWeights: true }),
      new LearningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * Math.exp(-0.1))),
      new TensorBoard("logs/run-1"),
      { onEpochEnd: async (epoch, logs) => console.log(epoch, logs?.loss) }, // a plain object with hooks
    ],
  });
}
