/** Returns the list with or without an item, in the order of `all`. */
export function toggleItem<T>(list: readonly T[], all: readonly T[], item: T, on: boolean): T[] {
  return all.filter((other) => (other === item ? on : list.includes(other)))
}
