/** The names of the module `tf.compat`. */
export * as v1 from "./compat-v1.ts";
