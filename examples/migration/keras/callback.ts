import { Callback, type Logs } from "epochal";

export class StopAtAccuracy extends Callback {
  readonly accuracy: number;

  constructor(accuracy: number) {
    super();
    this.accuracy = accuracy;
  }

  override onEpochEnd(_epoch: number, logs: Logs) {
    if ((logs.acc ?? 0) >= this.accuracy) this.model.stopTraining = true;
  }
}
