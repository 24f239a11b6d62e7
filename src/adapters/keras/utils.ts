/** What Keras has under `keras.utils`. */
export { Sequence, Sequence as PyDataset } from "../../sequence/sequence.ts";
export { GeneratorEnqueuer } from "./generator-enqueuer.ts";
export { OrderedEnqueuer, type OrderedEnqueuerOptions } from "./ordered-enqueuer.ts";
export { type PadSequencesOptions, padSequences } from "./pad-sequences.ts";
export { type ClassLabels, toCategorical } from "./to-categorical.ts";
