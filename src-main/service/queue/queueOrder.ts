/** Who waits before whom. Pure. */

/** Where to: `up` and `down` by one place, `before` one that waits and is not moved. */
export type Place = 'first' | 'last' | 'up' | 'down' | { before: string }

/**
 * The order after a move; those moved keep the order that they have among themselves.
 * @param order ids of all that wait, the next one first
 * @param ids those to move, all of them in `order`
 */
export function movedInOrder(order: readonly string[], ids: ReadonlySet<string>, place: Place): string[] {
  if (place === 'up') return stepped(order, ids)
  if (place === 'down') return stepped([...order].reverse(), ids).reverse()
  const moved = order.filter((id) => ids.has(id))
  const rest = order.filter((id) => !ids.has(id))
  const at = place === 'first' ? 0 : place === 'last' ? rest.length : rest.indexOf(place.before)
  return [...rest.slice(0, at), ...moved, ...rest.slice(at)]
}

/** Each one place up, where none that is moved too stands there. */
function stepped(order: readonly string[], ids: ReadonlySet<string>): string[] {
  const out = [...order]
  for (let i = 1; i < out.length; i++) {
    const [above, here] = [out[i - 1], out[i]]
    if (above !== undefined && here !== undefined && ids.has(here) && !ids.has(above))
      [out[i - 1], out[i]] = [here, above]
  }
  return out
}

/** Who stands right behind each of `ids`, null for the last; in the order of the queue. */
export function placesOf(order: readonly string[], ids: ReadonlySet<string>): { id: string; before: string | null }[] {
  return order.flatMap((id, i) => (ids.has(id) ? [{ id, before: order[i + 1] ?? null }] : []))
}

/**
 * Positions for an order: those held before, ascending, made distinct where two were the same.
 * @param held in any order
 */
export function positionsFor(held: readonly number[]): number[] {
  let last = -Infinity
  return [...held].sort((a, b) => a - b).map((position) => (last = Math.max(position, last + 1)))
}
