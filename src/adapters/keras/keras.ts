/** The names of the module `keras`. */
export * as callbacks from "./callbacks.ts";
export * as utils from "./utils.ts";
