/** Immutable sets of ids. Pure. */

/** Returns the set without `ids` if it has all of them, else with all of them. */
export function flipped(set: ReadonlySet<string>, ids: readonly string[]): ReadonlySet<string> {
  const next = new Set(set)
  const on = ids.every((id) => next.has(id))
  for (const id of ids) {
    if (on) next.delete(id)
    else next.add(id)
  }
  return next
}

export const setOf = (ids: Iterable<string>): ReadonlySet<string> => new Set(ids)

/** How much of a group is selected: its box is checked, indeterminate or empty. */
export type GroupSelection = 'all' | 'some' | 'none'

/**
 * @param ids the group's runs; undefined until they are known
 * @param everything whether each run of the list is selected, of this group too
 */
export function groupSelection(
  ids: readonly string[] | undefined,
  selected: ReadonlySet<string>,
  everything: boolean,
): GroupSelection {
  if (everything) return 'all'
  if (ids === undefined || ids.length === 0) return 'none'
  const count = ids.filter((id) => selected.has(id)).length
  return count === ids.length ? 'all' : count > 0 ? 'some' : 'none'
}
