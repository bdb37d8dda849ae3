/** Sets of ids that are replaced, never changed. Pure. */

/** Without those that are in it where all are, else with all of them. */
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
