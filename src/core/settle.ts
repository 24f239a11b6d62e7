/** Waiting for things, one or several at once. */

/** Whether `value` is to be awaited: a promise, or what a database's or another library's stands for one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value instanceof Promise ||
    (typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function")
  );
}

/**
 * The values, once all have settled. As `Promise.all`, but where one fails it waits for the others first: none may
 * still write into a batch that was given up, or reject unheard, afterwards.
 */
export async function settleAll<T>(values: readonly (T | Promise<T>)[]): Promise<T[]> {
  await Promise.allSettled(values);
  return Promise.all(values);
}
