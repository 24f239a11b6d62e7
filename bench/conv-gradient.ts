/**
 * What does the gradient of a convolution cost on TensorFlow.js' wasm backend: its own loop, or a convolution?
 *
 *     npm run bench -- conv-gradient
 *
 * Milliseconds of processor time for the input's gradient at batch 32, over alternating rounds: median, with the best
 * and the worst. Beside it the forward convolution, which has the same number of multiplications.
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { conv2DBackpropInput } from "../src/adapters/tfjs/kernels/conv-input.ts";

tf.enableProdMode();
await tf.setBackend("wasm");

/** stride, height and width, channels in and out, of a 3 × 3 filter. */
const cases = [
  [1, 16, 32, 32],
  [2, 16, 24, 48],
  [2, 8, 48, 96],
] as const;
const rounds = 15;

const table: Record<string, unknown>[] = [];
for (const [stride, side, channels, out] of cases) {
  const x = tf.randomNormal<tf.Rank.R4>([32, side, side, channels]);
  const filter = tf.randomNormal<tf.Rank.R4>([3, 3, channels, out]);
  const forward = (): tf.Tensor4D => tf.conv2d(x, filter, stride, "same");
  const dy = forward();
  const attrs = { strides: stride, pad: "same", dataFormat: "NHWC", inputShape: x.shape } as const;
  const contestants: Record<string, () => tf.Tensor> = {
    "TensorFlow.js": () => tf.engine().runKernel("Conv2DBackpropInput", { dy, filter }, attrs) as tf.Tensor,
    epochal: () => conv2DBackpropInput(tf, dy, filter, { ...attrs, inputShape: x.shape }),
    forward,
  };
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, [] as number[]]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const before = process.cpuUsage();
      for (let i = 0; i < 5; i++) run().dispose();
      if (round >= 0) times[name]!.push(process.cpuUsage(before).user / 5000);
    }
  }
  const show = (list: number[]): string => {
    const sorted = list.sort((a, b) => a - b);
    const at = (share: number): string => sorted[Math.round(share * (sorted.length - 1))]!.toFixed(1);
    return `${at(0.5)} (${at(0)}–${at(1)})`;
  };
  const shown = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, show(list)]));
  table.push({ "stride, size, in, out": `${stride}, ${side}, ${channels}, ${out}`, ...shown });
}
console.table(table);
