/** Waiting for several things at once. */

/**
 * The values, once all have settled. As `Promise.all`, but where one fails it waits for the others first: none may
 * still write into a batch that was given up, or reject unheard, afterwards.
 */
export async function settleAll<T>(values: readonly (T | Promise<T>)[]): Promise<T[]> {
  await Promise.allSettled(values);
  return Promise.all(values);
}
