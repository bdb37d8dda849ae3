/**
 * The mounted rows of a long list and their contents. Both follow the list over several frames, so that no frame takes
 * long.
 */
import { flushSync, untrack } from 'svelte'
import { Pace } from './pace'
import { repeatInFrames } from './frameTasks'

/** Range of indices; `end` is exclusive. */
export interface Range {
  start: number
  end: number
}

/** Contents of the rows from index `start` on; undefined while a row loads. */
export interface Rows<Row> {
  start: number
  rows: readonly (Row | undefined)[]
}

export interface RowWindow<Row> extends Rows<Row> {
  /** Whether all wanted rows are mounted with their current contents. */
  readonly settled: boolean
}

interface List<Row> {
  /** Rows in view and around it. */
  wanted: Range
  count: number
  at: (index: number) => Row | undefined
}

/**
 * Call during component initialisation.
 * @param first rows to mount at once
 * @param restart starts again when this value changes
 */
export function rowWindow<Row>(list: List<Row>, first: number, restart: () => string = () => ''): RowWindow<Row> {
  /** Null until more than the first rows are mounted. */
  let made = $state.raw<Rows<Row> | null>(null)
  let pace = new Pace(first)
  /** Changing the contents of a row is much faster than mounting one. */
  let changePace = new Pace(first)
  let moving = false
  let ended = false
  let cancel = (): void => undefined

  const current = $derived.by((): Rows<Row> => {
    const { wanted, count } = list
    if (made === null) return filled(list, { start: wanted.start, end: Math.min(wanted.end, wanted.start + first) })
    // Rows that are no longer in the list are removed at once.
    return made.start + made.rows.length <= count
      ? made
      : { start: Math.min(made.start, count), rows: made.rows.slice(0, Math.max(0, count - made.start)) }
  })
  const settled = $derived(
    (made === null || made === current) &&
      same(rangeOf(current), list.wanted) &&
      current.rows.every((row, i) => row === list.at(current.start + i)),
  )

  const move = (leftMs: number): boolean => {
    const changes = untrack(() => same(rangeOf(current), list.wanted))
    ;(changes ? changePace : pace).make(leftMs, (parts) => {
      const { shown, made: count } = untrack(() =>
        changes ? changed(current, list, parts) : moved(current, list, parts),
      )
      made = shown.rows.length === 0 ? null : shown
      flushSync()
      return count
    })
    // Mounting may have closed the page.
    moving = !ended && !untrack(() => settled)
    return moving
  }
  const beginning = $derived(restart())
  let begun = untrack(() => beginning)
  $effect.pre(() => {
    if (beginning === begun) return
    begun = beginning
    made = null
    pace = new Pace(first)
    changePace = new Pace(first)
  })
  $effect(() => {
    if (settled || moving) return
    moving = true
    cancel = repeatInFrames(move)
  })
  $effect(() => () => {
    ended = true
    cancel()
  })
  return {
    get start() {
      return current.start
    },
    get rows() {
      return current.rows
    },
    get settled() {
      return settled
    },
  }
}

const same = (a: Range, b: Range): boolean => a.start === b.start && a.end === b.end
const rangeOf = ({ start, rows }: Rows<unknown>): Range => ({ start, end: start + rows.length })

function filled<Row>({ at }: List<Row>, { start, end }: Range): Rows<Row> {
  return { start, rows: Array.from({ length: Math.max(0, end - start) }, (_, i) => at(start + i)) }
}

interface Step<Row> {
  shown: Rows<Row>
  made: number
}

/** Mounts up to `parts` rows, and removes as many at each end. The others keep their contents. */
function moved<Row>(from: Rows<Row>, list: List<Row>, parts: number): Step<Row> {
  const before = rangeOf(from)
  const range = nextRange(before, list.wanted, parts)
  const isNew = (index: number): boolean => index < before.start || index >= before.end
  const { start, rows } = filled(list, range)
  const shown = rows.map((row, i) => (isNew(start + i) ? row : from.rows[start + i - before.start]))
  return { shown: { start, rows: shown }, made: rows.filter((_, i) => isNew(start + i)).length }
}

/** Updates up to `parts` rows, from the top. */
function changed<Row>({ start, rows }: Rows<Row>, list: List<Row>, parts: number): Step<Row> {
  let made = 0
  const shown = rows.map((row, i) => {
    const now = list.at(start + i)
    return now === row || made === parts ? row : (made++, now)
  })
  return { shown: { start, rows: shown }, made }
}

function nextRange(from: Range, to: Range, parts: number): Range {
  // A jump: no mounted row is in view.
  if (from.end <= to.start || from.start >= to.end) return { start: to.start, end: Math.min(to.end, to.start + parts) }
  const below = Math.max(0, Math.min(parts, to.end - from.end))
  const above = Math.max(0, Math.min(parts - below, from.start - to.start))
  return {
    start: from.start < to.start ? Math.min(to.start, from.start + parts) : from.start - above,
    end: from.end > to.end ? Math.max(to.end, from.end - parts) : from.end + below,
  }
}
