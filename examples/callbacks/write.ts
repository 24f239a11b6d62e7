import { Callback, type Logs } from "epochal";

export class SlackMessage extends Callback {
  best = Number.POSITIVE_INFINITY;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
  }

  override async onEpochEnd(epoch: number, logs: Logs) {
    const loss = logs.val_loss ?? Number.POSITIVE_INFINITY;
    if (loss >= this.best) return;
    this.best = loss;
    await fetch(this.url, { method: "POST", body: JSON.stringify({ text: `Epoch ${epoch}: ${loss}` }) });
  }

  // What a checkpoint keeps, so that a resumed run goes on as the unbroken one.
  override getState() {
    return { best: this.best };
  }

  override setState(state: { best: number }) {
    this.best = state.best;
  }
}
