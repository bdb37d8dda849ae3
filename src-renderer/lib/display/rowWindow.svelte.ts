/**
 * Which rows of a long list are in the page, and what they show. Both follow the list over several frames, so that none
 * takes long.
 */
import { flushSync, untrack } from 'svelte'
import { Pace } from './pace'
import { inTurns } from './turns'

/** Of indices; `end` is not part of it. */
export interface Range {
  start: number
  end: number
}

/** What each row shows, from the index `start` on; undefined while it is on its way. */
export interface Rows<Row> {
  start: number
  rows: readonly (Row | undefined)[]
}

export interface RowWindow<Row> extends Rows<Row> {
  /** Whether all rows that are wanted are there, and none shows what it showed before. */
  readonly settled: boolean
}

interface List<Row> {
  /** Rows in view and around it. */
  wanted: Range
  count: number
  at: (index: number) => Row | undefined
}

/**
 * Call while a component is set up.
 * @param first rows to make at once
 * @param restart starts anew if this value changes
 */
export function rowWindow<Row>(list: List<Row>, first: number, restart: () => string = () => ''): RowWindow<Row> {
  /** Null until more than the first rows are made. */
  let made = $state.raw<Rows<Row> | null>(null)
  let pace = new Pace(first)
  let moving = false
  let ended = false
  let cancel = (): void => undefined

  const current = $derived.by((): Rows<Row> => {
    const { wanted, count } = list
    if (made === null) return filled(list, { start: wanted.start, end: Math.min(wanted.end, wanted.start + first) })
    // Rows that the list has no more are gone at once.
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
    pace.make(leftMs, (parts) => {
      const { shown, made: count } = untrack(() => next(current, list, parts))
      made = shown.rows.length === 0 ? null : shown
      flushSync()
      return count
    })
    // What was made may have closed the page.
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
  })
  $effect(() => {
    if (settled || moving) return
    moving = true
    cancel = inTurns(move)
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

/** One step: makes or changes up to `parts` rows, and removes up to as many at each end. */
function next<Row>(from: Rows<Row>, list: List<Row>, parts: number): { shown: Rows<Row>; made: number } {
  const before = rangeOf(from)
  const range = nextRange(before, list.wanted, parts)
  const { start, rows } = filled(list, range)
  const isNew = (index: number): boolean => index < before.start || index >= before.end
  let made = rows.filter((_, i) => isNew(start + i)).length
  const shown = rows.map((row, i) => {
    const was = from.rows[start + i - before.start]
    if (isNew(start + i) || was === row) return row
    return made++ < parts ? row : was
  })
  return { shown: { start, rows: shown }, made: Math.min(made, parts) }
}

function nextRange(from: Range, to: Range, parts: number): Range {
  // A jump: nothing of what is there is in view.
  if (from.end <= to.start || from.start >= to.end) return { start: to.start, end: Math.min(to.end, to.start + parts) }
  const below = Math.max(0, Math.min(parts, to.end - from.end))
  const above = Math.max(0, Math.min(parts - below, from.start - to.start))
  return {
    start: from.start < to.start ? Math.min(to.start, from.start + parts) : from.start - above,
    end: from.end > to.end ? Math.max(to.end, from.end - parts) : from.end + below,
  }
}
