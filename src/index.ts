/**
 * The front door: by a door for each floor. A bundler that looks no further than at files, as esbuild where it splits code,
 * loads with what a page imports also whatever stands behind the same door and is used anywhere.
 *
 * @module epochal
 */
export * from "./core/index.ts";
export * from "./loader/index.ts";
export * from "./progress/index.ts";
export * from "./random/index.ts";
export * from "./sampler/index.ts";
export * from "./sequence/batching/index.ts";
export * from "./sequence/combinators/index.ts";
export * from "./sequence/index.ts";
export * from "./serve/index.ts";
export * from "./tensor/index.ts";
export * from "./train/index.ts";
export * from "./worker/index.ts";
