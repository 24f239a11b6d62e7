import { Callback, type Logs } from "epochal";

export class StopAtAccuracy extends Callback {
  constructor(readonly accuracy: number) {
    super();
  }

  override onEpochEnd(_epoch: number, logs: Logs) {
    if ((logs.acc ?? 0) >= this.accuracy) this.model.stopTraining = true;
  }
}
