/** Searches studies and runs by words. */
import { found, type Found } from '../contract/runs/search'
import type { Database } from './files/database'
import { listed } from './runs/runSql'

const maxWords = 8

/**
 * The searched text of a run, in lower case between blanks. 'r32' and 's4' are the window's names of a depth and a
 * seed.
 */
export const runText = `' ' || lower(studies.name) || ' ' || runs.id || ' ' || runs.variant || ' ' || runs.arch || ' ' || replace(runs.arch, 'resnet-', 'r') || ' '
  || runs.dataset || ' seed ' || runs.seed || ' s' || runs.seed || ' ' || runs.state || ' '`
const studyText = `' ' || lower(studies.name) || ' ' || studies.id || ' '`

/** Each word must occur. The number of complete words decides the order. */
export const every = (text: string): string => `(SELECT min(instr(${text}, value) > 0) FROM json_each(@words))`
const whole = (text: string): string => `(SELECT sum(instr(${text}, ' ' || value || ' ') > 0) FROM json_each(@words))`

/** The words of a search. The window separates the words of a name by dots and commas too. */
export function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s·,]+/)
    .filter((word) => word !== '')
    .slice(0, maxWords)
}

interface Asked {
  words: string
  limit: number
}

export class Search {
  readonly #studies
  readonly #runs

  constructor(db: Database) {
    this.#studies = db.prepare<[Asked]>(`
      SELECT 'study' AS kind, studies.id, studies.name,
        (SELECT count(*) FROM runs WHERE runs.study = studies.key AND runs.trashed_at IS NULL) AS runs,
        (SELECT count(*) FROM runs WHERE runs.study = studies.key AND runs.state = 'done' AND runs.trashed_at IS NULL) AS done
      FROM studies WHERE studies.trashed_at IS NULL AND ${every(studyText)}
      ORDER BY ${whole(studyText)} DESC, studies.key DESC LIMIT @limit`)
    this.#runs = db.prepare<[Asked]>(`
      SELECT 'run' AS kind, runs.id, studies.name AS studyName, runs.arch, runs.variant, runs.dataset, runs.seed, runs.state,
        runs.test_accuracy AS testAccuracy
      FROM runs JOIN studies ON studies.key = runs.study WHERE ${listed} AND ${every(runText)}
      ORDER BY ${whole(runText)} DESC, runs.state IN ('running', 'paused') DESC, runs.key DESC LIMIT @limit`)
  }

  /**
   * Returns studies before runs, the best first: most complete words, then running ones, then the newest.
   * @param limit of each kind
   */
  find(text: string, limit: number): Found[] {
    const words = wordsOf(text)
    if (words.length === 0) return []
    const asked = { words: JSON.stringify(words), limit }
    return [...this.#studies.all(asked), ...this.#runs.all(asked)].map((row) => found.parse(row))
  }
}
