/** A progress line around any loop, as tqdm draws it. */
import { checkKnown, checkNumber, checkText, show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import {
  checkLineOptions,
  lineOptionNames,
  openProgressLine,
  type ProgressLineOptions,
  processTerminal,
  type Terminal,
} from "./terminal.ts";

/** Options of {@link progress}. */
export interface ProgressOptions extends ProgressLineOptions {
  /** Batches in all. Default: the source's `steps`, which of a loader are those of this epoch here, or its `length`. */
  readonly total?: number | undefined;
  /** Text before the count. */
  readonly label?: string | undefined;
  /** What one element is called. Default `step`. */
  readonly unit?: string | undefined;
}

/** What {@link progress} takes: a loader, a sequence, an array, a generator. */
export type ProgressSource<T> = (AsyncIterable<T> | Iterable<T>) & {
  readonly steps?: number | undefined;
  readonly length?: number | undefined;
};

/** A loop with a progress line. */
export interface Progress<T> extends AsyncIterable<T> {
  /** Numbers to be shown from now on, such as `{ loss }`; names given before and not now stay. */
  set(metrics: Readonly<Record<string, number>>): void;
}

/**
 * Loops over `source` and shows a progress line on standard error: count, bar, time left, time a step, the share of
 * time spent waiting for `source`, and what `set` was given. On a log one plain line at the end.
 *
 * The source is closed when the loop is left, as by a plain `for await`.
 *
 * @throws OptionError if `source` cannot be iterated, or an option is not what it should be.
 * @example
 * const bar = progress(loader);
 * for await (const [x, y] of bar) {
 *   const loss = step(x, y);
 *   bar.set({ loss });
 * }
 */
export function progress<T>(source: ProgressSource<T>, options?: ProgressOptions): Progress<T>;
/** @internal */
export function progress<T>(
  source: ProgressSource<T>,
  options: ProgressOptions,
  terminal: Terminal,
): Progress<T>;
export function progress<T>(
  source: ProgressSource<T>,
  options: ProgressOptions = {},
  terminal: Terminal = processTerminal("stderr"),
): Progress<T> {
  if (!isIterable(source)) {
    throw new OptionError(`progress takes a loader or anything else that is iterable, got ${show(source)}.`);
  }
  checkOptions(options);
  let metrics: Readonly<Record<string, number>> = {};
  return {
    set(more) {
      metrics = { ...metrics, ...more };
    },
    [Symbol.asyncIterator]() {
      metrics = {};
      return loop(source, { options, terminal, metrics: () => metrics });
    },
  };
}

function checkOptions(options: ProgressOptions): void {
  checkKnown("progress", options, ["total", "label", "unit", ...lineOptionNames]);
  const { total = 0, label = "", unit = "" } = options;
  if (total !== Number.POSITIVE_INFINITY) checkNumber("total", total, 0);
  checkText("label", label);
  checkText("unit", unit);
  checkLineOptions(options);
}

function isIterable(value: unknown): boolean {
  const object: object = Object(value);
  return Symbol.asyncIterator in object || Symbol.iterator in object;
}

/** What a line shows besides its source, and where. */
interface Shown {
  readonly options: ProgressOptions;
  readonly terminal: Terminal;
  readonly metrics: () => Readonly<Record<string, number>>;
}

async function* loop<T>(
  source: ProgressSource<T>,
  { options, terminal, metrics }: Shown,
): AsyncGenerator<T, void, undefined> {
  const now = (): number => terminal.now();
  const line = openProgressLine(options, terminal);
  const iterator: AsyncIterator<T> | Iterator<T> =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const began = now();
  let step = 0;
  let waited = 0;
  let ended = false;
  let total: number | undefined;
  // Read anew while the source runs, as an epoch's hook may change its length; never after it, as a loader then counts
  // the next epoch.
  const count = () => {
    total = options.total ?? source.steps ?? source.length;
  };
  const state = () => {
    const elapsed = now() - began;
    const { label, unit } = options;
    return {
      label,
      unit,
      step,
      total,
      elapsed,
      wait: elapsed > 0 ? waited / elapsed : 0,
      metrics: metrics(),
    };
  };
  try {
    count();
    for (;;) {
      line.update(state());
      const asked = now();
      const next = await iterator.next();
      waited += now() - asked;
      if (next.done) {
        ended = true;
        return;
      }
      count();
      yield next.value;
      step++;
    }
  } catch (error) {
    // The source failed, so it has ended itself.
    ended = true;
    throw error;
  } finally {
    line.finish(state());
    if (!ended) await iterator.return?.();
  }
}
