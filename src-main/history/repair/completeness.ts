/**
 * Compares the measurements of a run with those expected for its finished epochs: some may be missing after corruption.
 */
import { sampledEvery } from '../../contract/trainer/messages'
import type { Database } from '../files/database'

export interface Missing {
  steps: number
  filters: number
  evaluation: boolean
}

interface Counts {
  examples: number
  batch: number
}

export class Completeness {
  readonly #counts
  readonly #epochs
  readonly #steps
  readonly #filters
  readonly #evaluation

  constructor(db: Database) {
    this.#counts = db.prepare<[number], Counts>(`
      SELECT train_examples AS examples,
        coalesce(batch_size, (SELECT json ->> 'batchSize' FROM configs WHERE id = runs.config)) AS batch FROM runs WHERE key = ?`)
    this.#epochs = db.prepare<[number], number>('SELECT epoch FROM epochs WHERE run = ? ORDER BY epoch').pluck()
    this.#steps = db.prepare<[number], number>('SELECT step FROM steps WHERE run = ? ORDER BY step').pluck()
    this.#filters = db.prepare<[number], { epoch: number; layers: number }>(
      'SELECT epoch, count(*) AS layers FROM filters WHERE run = ? GROUP BY epoch',
    )
    this.#evaluation = db.prepare<[number], number>('SELECT epoch FROM evaluations WHERE run = ?').pluck()
  }

  /** Returns how many of the expected measurements of a run are missing. */
  missing(run: number): Missing {
    const { examples = 1, batch = 1 } = this.#counts.get(run) ?? {}
    const epochs = this.#epochs.all(run)
    const last = epochs.at(-1) ?? 0
    const perEpoch = Math.ceil(examples / Math.min(batch, examples))
    const steps = this.#steps.all(run)
    const absent = missingSteps(steps, perEpoch, last * perEpoch)
    const filters = new Map(this.#filters.all(run).map(({ epoch, layers }) => [epoch, layers]))
    const layers = Math.max(1, ...filters.values())
    const begun = last > 0 || steps.length > 0 || filters.size > 0
    const lackingFilters = begun
      ? Array.from({ length: last + 1 }, (_, epoch) => layers - (filters.get(epoch) ?? 0))
      : []
    const evaluation = last > 0 && this.#evaluation.get(run) !== last
    return {
      steps: absent.length,
      filters: lackingFilters.reduce((sum, count) => sum + count, 0),
      evaluation,
    }
  }
}

/** Expected epochs of sampled steps: up to the end of the last finished epoch, after it up to the last stored step. */
function missingSteps(steps: readonly number[], perEpoch: number, finished: number): number[] {
  const there = new Set(steps)
  const every = sampledEvery(perEpoch)
  const missing: number[] = []
  for (let step = 1; step <= Math.max(finished, steps.at(-1) ?? 0); step++)
    if ((step % every === 0 || step % perEpoch === 0) && !there.has(step)) missing.push(step)
  return missing
}
