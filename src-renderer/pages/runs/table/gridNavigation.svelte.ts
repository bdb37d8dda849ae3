/** Keys and clicks of the runs table: the active row, and what each key does to it. */
import type { RunRow } from '../../../../src-main/contract'
import type { Row, RunList } from '../list.svelte'
import type { RunSelection } from '../selection/runSelection.svelte'

interface Grid {
  readonly list: RunList
  readonly selection: RunSelection
  /** Configs of the unfolded groups. */
  readonly open: ReadonlySet<string>
  /** Rows that fit in the view, without the head and one row of overlap. */
  rowsPerPage: () => number
  scrollTo: (index: number) => void
  onfold: (configId: string) => void
  onopen: (run: RunRow) => void
}

export class GridNavigation {
  readonly #grid: Grid
  /** Index of the row that keys act on. */
  active = $state(0)

  constructor(grid: Grid) {
    this.#grid = grid
  }

  #move(to: number, extend: boolean): void {
    const { list, selection, scrollTo } = this.#grid
    const next = Math.max(0, Math.min((list.rows ?? 0) - 1, to))
    // A range that starts with Shift begins at the previous row.
    if (!extend && selection.ids.size === 0) selection.select(next, 'anchor')
    this.active = next
    scrollTo(next)
    if (extend) selection.select(next, 'range')
  }

  keydown(event: KeyboardEvent): void {
    if (event.target !== event.currentTarget || event.altKey) return
    const { list, selection, open, rowsPerPage, onfold } = this.#grid
    const row = list.at(this.active)
    const steps: Record<string, number> = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + rowsPerPage(),
      PageUp: this.active - rowsPerPage(),
      Home: 0,
      End: (list.rows ?? 0) - 1,
    }
    const to = steps[event.key]
    if (to !== undefined && !event.ctrlKey) this.#move(to, event.shiftKey)
    else if (event.key === ' ') selection.select(this.active, event.shiftKey ? 'range' : 'toggle')
    else if (event.key === 'Enter') {
      if (row) this.#enter(row)
    } else if (event.key === 'ArrowRight' && row?.kind === 'group' && !open.has(row.configId)) onfold(row.configId)
    else if (event.key === 'ArrowLeft' && row) this.#foldGroupOf(row)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) selection.all(true)
    else if (event.key === 'Escape' && selection.ids.size > 0) selection.all(false)
    else if (event.key === 'Delete' && selection.ids.size > 0) void selection.change('trash')
    else return
    event.preventDefault()
  }

  #enter(row: Row): void {
    if (row.kind === 'run') this.#grid.onopen(row)
    else this.#grid.onfold(row.configId)
  }

  #foldGroupOf(row: Row): void {
    const { list, open, onfold } = this.#grid
    if (list.groups === null || !open.has(row.configId)) return
    for (let i = this.active; i >= 0; i--) {
      if (list.at(i)?.kind !== 'group') continue
      this.#move(i, false)
      break
    }
    onfold(row.configId)
  }

  click(event: MouseEvent, index: number, row: Row): void {
    this.active = index
    if (event.target instanceof Element && event.target.closest('a, button, input') !== null) return
    if (event.shiftKey) this.#grid.selection.select(index, 'range')
    else if (event.ctrlKey || event.metaKey) this.#grid.selection.select(index, 'toggle')
    else this.#enter(row)
  }

  /** Sets the box after the event, because the browser restores its former state when the event ends. */
  check(event: MouseEvent, index: number): void {
    event.preventDefault()
    const to = event.shiftKey ? 'range' : 'toggle'
    setTimeout(() => this.#grid.selection.select(index, to))
  }
}
