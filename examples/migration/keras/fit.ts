import type { LayersModel } from "@tensorflow/tfjs";
import { CSVLogger, EarlyStopping, ReduceLROnPlateau, TensorBoard } from "epochal";
import { evaluate, fit, predict } from "epochal/tfjs";
import type { CIFAR10Sequence } from "./sequence.ts";

export async function train(model: LayersModel, training: CIFAR10Sequence, validation: CIFAR10Sequence) {
  const { history } = await fit(model, training, {
    epochs: 20,
    workers: 4,
    maxQueueSize: 10,
    shuffle: true,
    validationData: validation,
    classWeight: { 0: 1, 1: 5 },
    callbacks: [
      new EarlyStopping({ patience: 3, restoreBestWeights: true }),
      new ReduceLROnPlateau({ factor: 0.2, patience: 2, minLr: 1e-5 }),
      new CSVLogger("log.csv"),
      new TensorBoard("logs"),
    ],
  });
  const scores = await evaluate(model, validation);
  const predictions = await predict(model, validation);
  return { history, scores, predictions };
}
