/** Waiting for things, one or several at once. */
import { pacer } from "./event-loop.ts";

/** Whether `value` is to be awaited: a promise, or what a database's or another library's stands for one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value instanceof Promise ||
    (typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function")
  );
}

/** What `next` makes of a value: at once where the value is there, else a promise. */
export function whenThere<T, U>(
  value: T | PromiseLike<T>,
  next: (value: T) => U | Promise<U>,
): U | Promise<U> {
  return isThenable(value) ? Promise.resolve(value as PromiseLike<T>).then(next) : next(value as T);
}

/**
 * The values, once all have settled. As `Promise.all`, but where one fails it waits for the others first: none may
 * still write into a batch that was given up, or reject unheard, afterwards.
 */
export async function settleAll<T>(values: readonly (T | Promise<T>)[]): Promise<T[]> {
  await Promise.allSettled(values);
  return Promise.all(values);
}

/**
 * What `begin` makes of 0 to `count` - 1, begun in this order, with a turn of the event loop in between where one is
 * due. An array at once where nothing had to be awaited, else a promise as {@link settleAll}'s. Where `begin` throws,
 * the rest is not begun; the error thrown is that of the first index, however the others' times fall.
 */
export function settleEach<T>(count: number, begin: (index: number) => T | Promise<T>): T[] | Promise<T[]> {
  const begun: (T | Promise<T>)[] = [];
  const pace = pacer();
  let awaits = false;
  let thrown: { readonly error: unknown } | undefined;
  /** Begins what it may before the next turn, and gives that; undefined when all has begun. */
  const goOn = (): Promise<void> | undefined => {
    try {
      while (begun.length < count) {
        const turn = pace();
        if (turn !== undefined) return turn;
        const value = begin(begun.length);
        if (!isThenable(value)) {
          begun.push(value);
          continue;
        }
        awaits = true;
        // Once only: some queries run each time when `then` is called.
        const promise = Promise.resolve(value);
        begun.push(promise);
        // It is heard at the end, which may be some turns away.
        promise.catch(() => {});
      }
    } catch (error) {
      thrown = { error };
    }
    return undefined;
  };
  const finish = async (first: Promise<void> | undefined): Promise<T[]> => {
    for (let turn = first; turn !== undefined; turn = goOn()) await turn;
    const values = await settleAll(begun);
    if (thrown !== undefined) throw thrown.error;
    return values;
  };
  const turn = goOn();
  if (awaits || turn !== undefined) return finish(turn);
  if (thrown !== undefined) throw (thrown as { readonly error: unknown }).error;
  return begun as T[];
}

/**
 * What `begin` makes of 0 to `count` - 1, all at once: an array where nothing had to be awaited, else a promise as
 * {@link settleAll}'s. For few pieces: unlike {@link settleEach} it takes no turn of the event loop in between.
 */
export function beginEach<T>(count: number, begin: (index: number) => T | Promise<T>): T[] | Promise<T[]> {
  const begun: (T | Promise<T>)[] = [];
  try {
    while (begun.length < count) begun.push(begin(begun.length));
  } catch (error) {
    if (!begun.some(isThenable)) throw error;
    begun.push(Promise.reject(error));
  }
  return begun.some(isThenable) ? settleAll(begun) : (begun as T[]);
}

/** Settles as `ended` does, or resolves after `milliseconds`. Keeps the program alive until then. */
export async function waitAtMost(ended: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    await Promise.race([ended, enough]);
  } finally {
    clearTimeout(timer);
  }
}

/** A promise, and what settles it: for who must have it before the work begins that it is about. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T | PromiseLike<T>): void;
  reject(error: unknown): void;
}

/** A promise that whoever has it settles; as `Promise.withResolvers`, which Node 20 does not have. */
export function deferred<T>(): Deferred<T> {
  let [resolve, reject]: [Deferred<T>["resolve"], Deferred<T>["reject"]] = [() => {}, () => {}];
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}
