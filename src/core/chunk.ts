/**
 * Chunks: parts of the program that a page loads when they are first used.
 *
 * A module `x.ts` becomes a chunk by a pair beside it, `x.node.ts` and `x.web.ts`, one of which is imported by the name
 * `#…/x`, as `imports` in package.json says. In Node it is there from the start: Node remembers a failed `import()`, and a
 * moment without free file descriptors would be for ever. Elsewhere a bundler cuts it off at the `import()`.
 */
import { LoaderError } from "./errors.ts";

/** A module `M` that may not have been loaded yet. */
export interface CodeChunk<M> {
  /** The module; undefined where it has not been loaded. */
  readonly module: M | undefined;
  /**
   * The module: at once where it is there, else a promise. What has failed is tried again when it is asked for again.
   *
   * @throws LoaderError if it cannot be loaded.
   */
  load(): M | Promise<M>;
}

/** A chunk that has been loaded with all the rest. */
export function presentChunk<M>(module: M): CodeChunk<M> {
  return { module, load: () => module };
}

/** A chunk that `load` loads. */
export function lateChunk<M>(load: () => Promise<M>): CodeChunk<M> {
  let module: M | undefined;
  let loading: Promise<M> | undefined;
  const start = async (): Promise<M> => {
    try {
      module = await load();
      return module;
    } catch (cause) {
      loading = undefined;
      throw new LoaderError(
        `A part of epochal that is loaded when it is first used cannot be loaded: ${(cause as Error).message}. Where the page was built anew since it was opened, reload it; else serve all files of the build.`,
        { cause },
      );
    }
  };
  return {
    get module() {
      return module;
    },
    load() {
      loading ??= start();
      return module ?? loading;
    },
  };
}

/** Whether all `chunks` are there. */
export function isLoaded(chunks: readonly CodeChunk<unknown>[]): boolean {
  return chunks.every(({ module }) => module !== undefined);
}

/** Loads what of `chunks` is not there, all at once. */
export function loadChunks(chunks: readonly CodeChunk<unknown>[]): Promise<unknown> {
  return Promise.all(chunks.map((chunk) => chunk.load()));
}
