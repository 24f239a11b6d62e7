/**
 * Keras' names for what epochal has, so that a program can be carried over name by name:
 *
 * ```ts
 * import { keras } from "epochal/keras";
 *
 * class Images extends keras.utils.Sequence<[x: Tensor, y: Tensor]> { … } // or keras.utils.PyDataset
 * const y = keras.utils.toCategorical([0, 2, 1], 3);
 * ```
 *
 * All are the same classes as in `epochal`; the guide from Keras shows each beside its Python.
 *
 * @module epochal/keras
 */

/** The names of `tf.compat`, where Keras stands under `v1.keras`. */
export * as compat from "./compat.ts";
export * as keras from "./keras.ts";
export {
  type ClassLabels,
  GeneratorEnqueuer,
  OrderedEnqueuer,
  type OrderedEnqueuerOptions,
  type PadSequencesOptions,
  PyDataset,
  padSequences,
  Sequence,
  toCategorical,
} from "./utils.ts";
