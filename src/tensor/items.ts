/** `items` with `change` applied to each: the same array where nothing changed, as in most batches. */
export function mapItems<T>(items: readonly T[], change: (item: T, i: number) => T): readonly T[] {
  let mapped: T[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as T;
    const next = change(item, i);
    if (Object.is(next, item)) continue;
    mapped ??= items.slice();
    mapped[i] = next;
  }
  return mapped ?? items;
}
