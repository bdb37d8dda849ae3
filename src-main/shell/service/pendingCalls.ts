/** The calls of the shell that the service has not answered yet. */
import { fromErrorValue, WorkbenchError, type ErrorValue } from '../../contract/errors'
import type { reply } from '../../contract/wire'
import type { z } from 'zod'

interface PendingCall {
  resolve: (value: unknown) => void
  reject: (error: WorkbenchError) => void
}

/** Limit of pending calls: more than any window makes. */
const maxPending = 1000

export class PendingCalls {
  readonly #calls = new Map<number, PendingCall>()
  #nextId = 1

  /**
   * Waits for the answer to a new call.
   * @param send sends the request of that id
   * @throws WorkbenchError `unavailable` if too many calls are pending
   */
  add(send: (id: number) => void): Promise<unknown> {
    if (this.#calls.size >= maxPending)
      return Promise.reject(new WorkbenchError('unavailable', 'The service has too many pending calls.'))
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#calls.set(id, { resolve, reject })
      send(id)
    })
  }

  settle(answer: z.infer<typeof reply>): void {
    const call = this.#calls.get(answer.id)
    this.#calls.delete(answer.id)
    if (answer.ok) call?.resolve(answer.value)
    else call?.reject(fromErrorValue(answer.error))
  }

  /** Rejects all calls but those of the ids in `except`. */
  reject(error: ErrorValue, except: ReadonlySet<number> = new Set()): void {
    for (const [id, call] of [...this.#calls]) {
      if (except.has(id)) continue
      this.#calls.delete(id)
      call.reject(fromErrorValue(error))
    }
  }
}
