/** Order of queued runs. Pure. */

/** Target of a move: `up` and `down` by one place, or `before` a queued run that is not moved. */
export type Place = 'first' | 'last' | 'up' | 'down' | { before: string }

/**
 * Returns the order after a move. Moved runs keep their relative order.
 * @param order ids of all queued runs, the next one first
 * @param ids the runs to move, all of them in `order`
 */
export function movedInOrder(order: readonly string[], ids: ReadonlySet<string>, place: Place): string[] {
  if (place === 'up') return stepped(order, ids)
  if (place === 'down') return stepped([...order].reverse(), ids).reverse()
  const moved = order.filter((id) => ids.has(id))
  const rest = order.filter((id) => !ids.has(id))
  const at = place === 'first' ? 0 : place === 'last' ? rest.length : rest.indexOf(place.before)
  return [...rest.slice(0, at), ...moved, ...rest.slice(at)]
}

/** Moves each run one place up unless another moved run is there. */
function stepped(order: readonly string[], ids: ReadonlySet<string>): string[] {
  const out = [...order]
  for (let i = 1; i < out.length; i++) {
    const [above, here] = [out[i - 1], out[i]]
    if (above !== undefined && here !== undefined && ids.has(here) && !ids.has(above))
      [out[i - 1], out[i]] = [here, above]
  }
  return out
}

/** Returns the successor of each of `ids` in the queue; null for the last. */
export function placesOf(order: readonly string[], ids: ReadonlySet<string>): { id: string; before: string | null }[] {
  return order.flatMap((id, i) => (ids.has(id) ? [{ id, before: order[i + 1] ?? null }] : []))
}

/**
 * Returns positions for an order: the former ones, ascending, made distinct if two were equal.
 * @param held positions in any order
 */
export function positionsFor(held: readonly number[]): number[] {
  let last = -Infinity
  return [...held].sort((a, b) => a - b).map((position) => (last = Math.max(position, last + 1)))
}
