/** What takes its time beside the queue: one of a kind at a time, told as it goes on, ended when asked. */
import { WorkbenchError } from '../../contract/errors'
import type { WorkProgressEvent } from '../../contract/publish/publish'
import type { Context } from '../app/context'

export type WorkKind = WorkProgressEvent['kind']
/** @param total 0 where it is not known */
export type Tell = (phase: string, done: number, total: number) => void

const names: Record<WorkKind, string> = { verify: 'verification', export: 'export', import: 'import', report: 'report' }
/** Between two events: a person sees no more. */
const everyMs = 100

export class Works {
  readonly #emit
  readonly #going = new Map<WorkKind, { abort: AbortController; done: Promise<unknown> }>()

  constructor({ emit }: Pick<Context, 'emit'>) {
    this.#emit = emit
  }

  /** @throws WorkbenchError conflict where one of that kind is under way, cancelled, and what `work` throws */
  async run<T>(kind: WorkKind, work: (signal: AbortSignal, tell: Tell) => Promise<T>): Promise<T> {
    if (this.#going.has(kind))
      throw new WorkbenchError('conflict', `Another ${names[kind]} is under way.`, {
        fix: 'Wait until it is done, or cancel it.',
      })
    const abort = new AbortController()
    let told = { phase: '', at: 0 }
    let ended = false
    const tell: Tell = (phase, done, total) => {
      // A thread may say something still when its work was given up.
      if (ended) return
      const now = performance.now()
      if (phase === told.phase && done < total && now - told.at < everyMs) return
      told = { phase, at: now }
      this.#emit('work.progress', { kind, phase, done, total })
    }
    const done = work(abort.signal, tell)
    this.#going.set(kind, { abort, done: done.catch(() => undefined) })
    try {
      return await done
    } catch (thrown) {
      if (abort.signal.aborted)
        throw new WorkbenchError('cancelled', `The ${names[kind]} was cancelled.`, { cause: thrown })
      throw thrown
    } finally {
      this.#going.delete(kind)
      ended = true
      this.#emit('work.ended', { kind })
    }
  }

  async cancel(kind: WorkKind): Promise<void> {
    const going = this.#going.get(kind)
    going?.abort.abort()
    await going?.done
  }

  async close(): Promise<void> {
    await Promise.all([...this.#going.keys()].map((kind) => this.cancel(kind)))
  }
}
