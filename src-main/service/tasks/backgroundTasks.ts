/** Long tasks other than training: one of each kind at a time, with progress, cancelled on request. */
import { WorkbenchError } from '../../contract/errors'
import type { TaskProgress } from '../../contract/publish/publish'
import type { Context } from '../app/context'

type TaskKind = TaskProgress['kind']
/** @param total 0 if it is not known */
export type ReportProgress = (phase: string, done: number, total: number) => void

const names: Record<TaskKind, string> = { verify: 'verification', export: 'export', import: 'import', report: 'report' }
/** Minimum time between two progress events of one phase, in ms. */
const everyMs = 100

export class BackgroundTasks {
  readonly #emit
  readonly #running = new Map<TaskKind, { abort: AbortController; done: Promise<unknown> }>()

  constructor({ emit }: Pick<Context, 'emit'>) {
    this.#emit = emit
  }

  /** @throws WorkbenchError conflict if one of that kind is running, cancelled, and what `task` throws */
  async run<T>(kind: TaskKind, task: (signal: AbortSignal, report: ReportProgress) => Promise<T>): Promise<T> {
    if (this.#running.has(kind))
      throw new WorkbenchError('conflict', `Another ${names[kind]} is running.`, {
        fix: 'Wait until it is done, or cancel it.',
      })
    const abort = new AbortController()
    let last = { phase: '', at: 0 }
    let ended = false
    const report: ReportProgress = (phase, done, total) => {
      // A thread may still report progress after its task was cancelled.
      if (ended) return
      const now = performance.now()
      if (phase === last.phase && done < total && now - last.at < everyMs) return
      last = { phase, at: now }
      this.#emit('task.progress', { kind, phase, done, total })
    }
    const done = task(abort.signal, report)
    this.#running.set(kind, { abort, done: done.catch(() => undefined) })
    try {
      return await done
    } catch (thrown) {
      if (abort.signal.aborted)
        throw new WorkbenchError('cancelled', `The ${names[kind]} was cancelled.`, { cause: thrown })
      throw thrown
    } finally {
      this.#running.delete(kind)
      ended = true
      this.#emit('task.ended', { kind })
    }
  }

  async cancel(kind: TaskKind): Promise<void> {
    const running = this.#running.get(kind)
    running?.abort.abort()
    await running?.done
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((kind) => this.cancel(kind)))
  }
}
