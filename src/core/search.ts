/** Where a value falls in a list that rises. */

/**
 * The last place in `starts`, but for its end, whose value is at most `value`: the part that `value` is in, where `starts`
 * are the beginnings of parts and, behind them, their common end.
 */
export function partOf(starts: ArrayLike<number>, value: number): number {
  let [low, high] = [0, starts.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}
