/** Tracks running runs and background tasks by the service's events, for quitting and the power saver. */
import { z } from 'zod'
import { taskProgress } from '../../contract/publish/publish'
import { endedStates, runState, type RunState } from '../../contract/runs/states'

/** A queued run with a reason is paused until the user resumes it. */
const changed = z.object({ id: z.string(), state: runState, reason: z.string().nullish() })
const deleted = z.object({ runId: z.string() })
const work = taskProgress.pick({ kind: true })

export type WorkKind = z.infer<typeof work>['kind']

export class Training {
  readonly #runs = new Map<string, RunState>()
  readonly #works = new Set<WorkKind>()
  readonly #onIdle: () => void
  readonly #onChange: (active: boolean) => void
  #active = false

  /**
   * @param onChange called when the first run or task starts, and when the last one ends
   * @param onIdle called whenever nothing runs and nothing is about to
   */
  constructor(onChange: (active: boolean) => void, onIdle: () => void = () => undefined) {
    this.#onChange = onChange
    this.#onIdle = onIdle
  }

  /** Number of runs that quitting would stop: running or paused. */
  get held(): number {
    return this.#count('running') + this.#count('paused')
  }

  get queued(): number {
    return this.#count('queued')
  }

  /** What quitting would leave unfinished. */
  get works(): WorkKind[] {
    return [...this.#works]
  }

  follow(event: string, payload: unknown): void {
    if (event === 'run.changed') {
      const run = changed.safeParse(payload)
      if (!run.success) return
      const heldBack = run.data.state === 'queued' && (run.data.reason ?? null) !== null
      if (endedStates.includes(run.data.state) || heldBack) this.#runs.delete(run.data.id)
      else this.#runs.set(run.data.id, run.data.state)
    } else if (event === 'run.deleted') {
      const run = deleted.safeParse(payload)
      if (run.success) this.#runs.delete(run.data.runId)
    } else if (event === 'task.progress' || event === 'task.ended') {
      const task = work.safeParse(payload)
      if (!task.success) return
      if (event === 'task.ended') this.#works.delete(task.data.kind)
      else if (this.#works.has(task.data.kind)) return
      else this.#works.add(task.data.kind)
    } else return
    this.#report()
  }

  /** The service has ended, and its trainers with it. */
  clear(): void {
    this.#runs.clear()
    this.#works.clear()
    this.#report()
  }

  #count(state: RunState): number {
    return [...this.#runs.values()].filter((s) => s === state).length
  }

  #report(): void {
    if (this.held === 0 && this.queued === 0 && this.#works.size === 0) this.#onIdle()
    const active = this.#count('running') > 0 || this.#works.size > 0
    if (active === this.#active) return
    this.#active = active
    this.#onChange(active)
  }
}
