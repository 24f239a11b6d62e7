/** The one place that loads TensorFlow.js, an optional peer. */
import { MissingPeerError } from "../../core/errors.ts";

/** The module `@tensorflow/tfjs`. */
export type TF = typeof import("@tensorflow/tfjs");

let loading: Promise<TF> | undefined;

/**
 * TensorFlow.js, loaded once.
 *
 * @throws MissingPeerError if `@tensorflow/tfjs` is not installed.
 */
export function loadTF(): Promise<TF> {
  loading ??= import("@tensorflow/tfjs").then(
    // CommonJS on Node: the namespace may hold everything under `default`.
    (module: TF & { readonly default?: TF }) => module.default ?? module,
    (cause: unknown) => {
      loading = undefined;
      throw new MissingPeerError(
        "epochal/tfjs needs the package `@tensorflow/tfjs`, which could not be loaded. Install it: npm install @tensorflow/tfjs",
        { cause },
      );
    },
  );
  return loading;
}
