/** A query that is being typed: finished terms as chips, the rest as text, reported as it becomes valid. */
import { parseQuery, QueryError, rawTerms } from '../../../../src-main/analysis/query/runQuery'

/** From a key press to the report of the typed text, in milliseconds. */
const reportDelayMs = 120

export class QueryDraft {
  chips = $state.raw<readonly string[]>([])
  draft = $state('')
  readonly wrong = $derived(problemOf(this.draft))
  #reported: string | null = null
  /**
   * Whether the address contains an unfinished term: its later versions replace it, so that Back undoes the whole term.
   */
  #isUnderWay = false
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #onchange: (query: string, step: boolean) => void

  /** @param onchange receives each new query; `step` is true if Back should undo it */
  constructor(onchange: (query: string, step: boolean) => void) {
    this.#onchange = onchange
  }

  /** Shows a query that comes from elsewhere, such as a new address: all its terms are finished. */
  show(query: string): void {
    if (query === this.#reported) return
    this.#reported = query
    this.#isUnderWay = false
    clearTimeout(this.#timer)
    try {
      this.chips = rawTerms(query).map((term) => term.text)
      this.draft = ''
    } catch {
      this.chips = []
      this.draft = query
    }
  }

  #report(isFinished: boolean): void {
    clearTimeout(this.#timer)
    const next = [...this.chips, this.draft.trim()].filter((term) => term !== '').join(' ')
    const step = !this.#isUnderWay
    this.#isUnderWay = !isFinished && (this.#isUnderWay || next !== this.#reported)
    if (next === this.#reported) return
    this.#reported = next
    this.#onchange(next, step)
  }

  /** Reports the typed text shortly after the last key press if it is valid. */
  reportSoon(): void {
    clearTimeout(this.#timer)
    if (this.wrong === null) this.#timer = setTimeout(() => this.#report(false), reportDelayMs)
  }

  /** Reports the typed text at once if it is valid. */
  leave(): void {
    if (this.wrong === null) this.#report(false)
  }

  /** Turns the typed text into chips if it is valid. */
  finish(): void {
    if (this.draft.trim() === '' || this.wrong !== null) return
    this.chips = [...this.chips, ...rawTerms(this.draft).map((term) => term.text)]
    this.draft = ''
    this.#report(true)
  }

  /** Whether a space ends the typed term: within quotes it does not. */
  get canFinishBySpace(): boolean {
    return (this.draft.match(/"/g)?.length ?? 0) % 2 === 0 && this.draft.trim() !== '' && this.wrong === null
  }

  /** Turns the last chip back into text. */
  reopenLast(): void {
    this.draft = this.chips.at(-1) ?? ''
    this.chips = this.chips.slice(0, -1)
    this.#report(false)
  }

  remove(index: number): void {
    this.chips = this.chips.filter((_, i) => i !== index)
    this.#report(true)
  }
}

function problemOf(text: string): QueryError | null {
  try {
    parseQuery(text)
    return null
  } catch (thrown) {
    return thrown instanceof QueryError ? thrown : null
  }
}
