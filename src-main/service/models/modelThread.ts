/** Client of the model thread, which starts on demand and ends after some idle time. */
import { Worker } from 'node:worker_threads'
import { fromErrorValue, WorkbenchError, type ErrorValue } from '../../contract/errors'
import type { ModelJob, ModelResults } from './modelJobs'

export interface ModelQuestion {
  id: number
  job: ModelJob
}
export type ModelAnswer = { id: number; value: ModelResults[ModelJob['kind']] } | { id: number; error: ErrorValue }

/** Idle time after which the thread ends. Until then it keeps its network in memory. */
const idleMs = 60_000

export class ModelThread {
  #worker: Worker | null = null
  #asked = 0
  #idle: NodeJS.Timeout | null = null
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>()

  /** @param entry script of the thread */
  constructor(private readonly entry: string) {}

  /** @throws WorkbenchError as `doModelJob` does; cancelled if the service closes meanwhile */
  do<J extends ModelJob>(job: J): Promise<ModelResults[J['kind']]> {
    const worker = (this.#worker ??= this.#start())
    if (this.#idle) clearTimeout(this.#idle)
    // Keep the process of a command alive until the answer arrives.
    worker.ref()
    const id = this.#asked++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ id, job } satisfies ModelQuestion)
    })
  }

  async close(): Promise<void> {
    if (this.#idle) clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = null
    this.#fail(new WorkbenchError('cancelled', 'The service closed before the answer was ready.'))
    await worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(this.entry)
    worker.on('message', (answer: ModelAnswer) => {
      const waiting = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      if (this.#waiting.size === 0) {
        worker.unref()
        this.#idle = setTimeout(() => void this.close(), idleMs)
        this.#idle.unref()
      }
      if ('error' in answer) waiting?.reject(fromErrorValue(answer.error))
      else waiting?.resolve(answer.value as never)
    })
    const gone = (why: unknown): void => {
      if (this.#worker === worker) this.#worker = null
      this.#fail(why)
    }
    // Out of memory, for example.
    worker.on('error', gone)
    worker.on(
      'exit',
      () => this.#worker === worker && gone(new Error('The thread that works with networks has ended.')),
    )
    return worker
  }

  #fail(why: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(why)
    this.#waiting.clear()
  }
}
