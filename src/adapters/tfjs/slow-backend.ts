/**
 * Says once that a model is trained by TensorFlow.js' plain JavaScript, where something faster is to be had.
 *
 * What is trained is counted, not timed: that backend is what small programs and tests are best run with.
 */
import type { LayersModel } from "@tensorflow/tfjs";
import { warnOnce } from "../../core/warn.ts";
import type { TF } from "./peer.ts";

/** Multiplications, forward, after which it is said: some seconds of that backend, with what goes backward. */
const much = 1e9;

/** Counts what a model is trained with. */
export class SlowBackend {
  readonly #tf: TF;
  readonly #model: LayersModel;
  #ofSample: number | undefined;
  #done = 0;

  constructor(tf: TF, model: LayersModel) {
    this.#tf = tf;
    this.#model = model;
  }

  /** So many samples were trained with. */
  count(samples: number): void {
    if (this.#tf.getBackend() !== "cpu" || this.#done > much) return;
    this.#ofSample ??= multiplications(this.#model);
    this.#done += samples * this.#ofSample;
    if (this.#done <= much) return;
    warnOnce(
      this.#tf,
      "EPOCHAL_SLOW_BACKEND",
      `${this.#model.name} is trained by TensorFlow.js' plain JavaScript ("cpu"), many times slower than it could be. Before the model is made, write: ${fasterBackend(this.#tf)}`,
    );
  }
}

/** The lines that choose the fastest backend which is to be had. */
export function fasterBackend(tf: TF): string {
  const registered = (name: string) => Boolean(tf.findBackendFactory(name));
  if (registered("tensorflow")) return 'await tf.setBackend("tensorflow");';
  if (registered("webgpu")) return 'await tf.setBackend("webgpu");';
  if (registered("webgl") && tf.env().getNumber("WEBGL_VERSION") > 0) return 'await tf.setBackend("webgl");';
  if (registered("wasm")) return 'await tf.setBackend("wasm");';
  return 'import "@tensorflow/tfjs-backend-wasm"; await tf.setBackend("wasm"); (npm install @tensorflow/tfjs-backend-wasm)';
}

/** Multiplications that a sample needs, forward: each weight at each place of its layer's output. */
export function multiplications(model: LayersModel): number {
  let sum = 0;
  for (const layer of model.layers) {
    // Looks weights up.
    if (layer.getClassName() === "Embedding") continue;
    const [shape] = layer.inboundNodes[0]?.outputShapes ?? [];
    const places = (Array.isArray(shape) ? (shape as readonly (number | null)[]) : []).slice(1, -1);
    sum += layer.countParams() * places.reduce<number>((product, axis) => product * (axis ?? 1), 1);
  }
  return sum;
}
