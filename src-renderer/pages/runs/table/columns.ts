/** The columns of the runs table and the user's layout of them. Pure. */
import {
  runColumns,
  sortColumns,
  tableColumns,
  type SortColumn,
  type TableColumnId,
} from '../../../../src-main/contract'

export interface Column {
  id: TableColumnId
  label: string
  /** Short description of the value. */
  doc: string
  /** Width in pixels. */
  width: number
  num: boolean
  sort: SortColumn | null
  /** Shown by default. */
  usual: boolean
}

export const columns: readonly Column[] = tableColumns.flatMap((id) => {
  const { doc, table } = runColumns[id]
  if (!table) return []
  const { label, width, isNumeric: num = false, isUsual: usual = false } = table
  return [{ id, label, doc, width, num, usual, sort: sortColumns.find((one) => one === id) ?? null }]
})

/** Always first: the link to the run, and the fold button of groups. */
export const fixedColumn = 'config'

export interface Layout {
  /** All columns except the fixed one, in their order. */
  order: string[]
  shown: string[]
  /** Pinned: they stay at the left when the table scrolls sideways, and come first. */
  pinned: string[]
}

export const usualLayout: Layout = {
  order: columns.filter((c) => c.id !== fixedColumn).map((c) => c.id),
  shown: columns.filter((c) => c.usual && c.id !== fixedColumn).map((c) => c.id),
  pinned: [],
}

/** Parses a layout stored by any version: unknown columns are dropped, new ones come last. */
export function parseLayout(text: string | null): Layout {
  let kept: unknown
  try {
    kept = JSON.parse(text ?? 'null')
  } catch {
    return usualLayout
  }
  if (typeof kept !== 'object' || kept === null) return usualLayout
  const list = (name: keyof Layout): string[] | null => {
    const value = (kept as Record<string, unknown>)[name]
    return Array.isArray(value)
      ? [...new Set(value)].filter((id): id is string => usualLayout.order.includes(id as string))
      : null
  }
  const order = list('order') ?? []
  return {
    order: [...order, ...usualLayout.order.filter((id) => !order.includes(id))],
    shown: list('shown') ?? usualLayout.shown,
    pinned: list('pinned') ?? [],
  }
}

export interface Placed extends Column {
  /** Offset from the left in pixels if it is pinned, else null. */
  left: number | null
}

/** Most pinned columns, including the fixed one: more would leave no room for the others. */
export const mostPinned = 6

/** A group has counts of states and no single seed. */
const groupedStateWidth = 166

/**
 * Returns the columns to draw: the fixed one, the pinned ones, the others.
 * @param start left edge of the first one, in pixels
 * @param grouped by config
 * @param available width of the table's box in pixels: a slightly wider table is narrowed, and default columns are
 *   hidden if needed
 */
export function placed(layout: Layout, start: number, grouped = false, available = Infinity): Placed[] {
  const shown = layout.order.filter((id) => layout.shown.includes(id) && !(grouped && id === 'seed'))
  const pinned = shown.filter((id) => layout.pinned.includes(id)).slice(0, mostPinned - 1)
  const ids = [fixedColumn, ...pinned, ...shown.filter((id) => !pinned.includes(id))]
  const found = ids
    .flatMap((id) => columns.find((c) => c.id === id) ?? [])
    .map((one) => (grouped && one.id === 'state' ? { ...one, width: groupedStateWidth } : one))
  const room = available - start
  const fitting = isUsual(layout) ? withoutSpare(found, room / leastScale) : found
  const scale = Math.min(1, room / widthOf(fitting))
  // Extra width goes to names first, which would be cut off.
  const spread = Number.isFinite(room) ? Math.max(0, Math.min(mostSpread, Math.floor(room - widthOf(fitting)))) : 0
  let left = start
  return fitting.map((one): Placed => {
    // A table that is only slightly too wide is narrowed, to avoid a permanent scroll bar; more would cut off texts.
    const width =
      one.id === fixedColumn && scale === 1
        ? one.width + spread
        : scale >= leastScale
          ? Math.floor(one.width * scale)
          : one.width
    const at = one.id === fixedColumn || pinned.includes(one.id) ? left : null
    left += width
    return { ...one, width, left: at }
  })
}

const leastScale = 0.96
const mostSpread = 48
/** Default columns that a narrow window hides, first to last. */
const spare: readonly string[] = ['stepMs', 'parameters', 'curve', 'tags', 'epochs']

const widthOf = (some: readonly Column[]): number => some.reduce((sum, { width }) => sum + width, 0)

function isUsual({ order, shown, pinned }: Layout): boolean {
  return (
    pinned.length === 0 &&
    order.join() === usualLayout.order.join() &&
    [...shown].sort().join() === [...usualLayout.shown].sort().join()
  )
}

function withoutSpare(found: readonly Column[], room: number): readonly Column[] {
  let kept = found
  for (const id of spare) if (widthOf(kept) > room) kept = kept.filter((one) => one.id !== id)
  return kept
}

/** Moves a column by one position. */
export function moved(layout: Layout, id: string, by: -1 | 1): Layout {
  const from = layout.order.indexOf(id)
  const to = from + by
  if (from < 0 || to < 0 || to >= layout.order.length) return layout
  const order = [...layout.order]
  order.splice(from, 1)
  order.splice(to, 0, id)
  return { ...layout, order }
}

export function toggled(list: readonly string[], id: string): string[] {
  return list.includes(id) ? list.filter((other) => other !== id) : [...list, id]
}
