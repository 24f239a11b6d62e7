/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The keys of `using` and `await using`. Where the platform is too old to have them, those that compilers put in their
 * place (esbuild, Babel), so that their output finds our methods.
 */

/** `Symbol.dispose`. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for("Symbol.dispose") as never);

/** Lets compilers' output find the `[Symbol.asyncDispose]` of a class where the platform has no such key. */
export function nameAsyncDispose(prototype: AsyncDisposable): void {
  if (Symbol.asyncDispose) return;
  Object.defineProperty(prototype, Symbol.for("Symbol.asyncDispose"), {
    value: prototype[Symbol.asyncDispose],
  });
}
