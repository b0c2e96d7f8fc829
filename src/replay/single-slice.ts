/** A few that are known already, in the shape of many that come in slices. */
export async function* singleSlice<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  if (items.length > 0) yield items;
}
