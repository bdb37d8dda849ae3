/** Which runs train, told from the service's events: what quitting and the power saver want to know. */
import { z } from 'zod'
import { endedStates, runState, type RunState } from '../contract/records'

const changed = z.object({ id: z.string(), state: runState })
const deleted = z.object({ runId: z.string() })

export class Training {
  readonly #runs = new Map<string, RunState>()
  readonly #onChange: (active: boolean) => void
  #active = false

  /** @param onChange is told when the first run begins to train and when the last one ceases to */
  constructor(onChange: (active: boolean) => void) {
    this.#onChange = onChange
  }

  /** Runs that a quit would stop: training or paused. */
  get held(): number {
    return this.#count('running') + this.#count('paused')
  }

  get queued(): number {
    return this.#count('queued')
  }

  follow(event: string, payload: unknown): void {
    if (event === 'run.changed') {
      const run = changed.safeParse(payload)
      if (!run.success) return
      if (endedStates.includes(run.data.state)) this.#runs.delete(run.data.id)
      else this.#runs.set(run.data.id, run.data.state)
    } else if (event === 'run.deleted') {
      const run = deleted.safeParse(payload)
      if (run.success) this.#runs.delete(run.data.runId)
    } else return
    this.#tell()
  }

  /** The service is gone, its trainers with it. */
  clear(): void {
    this.#runs.clear()
    this.#tell()
  }

  #count(state: RunState): number {
    return [...this.#runs.values()].filter((s) => s === state).length
  }

  #tell(): void {
    const active = this.#count('running') > 0
    if (active === this.#active) return
    this.#active = active
    this.#onChange(active)
  }
}
