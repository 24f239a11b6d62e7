/** The names of the module `tf.compat.v1`. */
export * as keras from "./keras.ts";
