/**
 * Writes the files from which the history can be rebuilt: a record of each study, and a journal of each run that has
 * none.
 */
import { setImmediate } from 'node:timers/promises'
import { messageOf } from '../../contract/errors'
import type { Context } from '../app/context'
import { journalEarlierRun } from '../training/earlierRun'
import { completeRecord, writeChangedRecords } from './studyRecords'

type Here = Pick<Context, 'history' | 'paths' | 'disk'>

export class RecordKeeper {
  readonly #context: Here
  readonly #mayWrite: () => boolean
  #completing: Promise<void> | null = null
  #isClosed = false
  /** The last failure, which is logged once and repeated. */
  #problem = ''

  /** @param mayWrite whether this program writes the history */
  constructor(context: Here, mayWrite: () => boolean) {
    this.#context = context
    this.#mayWrite = mayWrite
  }

  /** Writes the records of the studies that changed. After a disk error, call it again later. */
  write(): void {
    if (this.#mayWrite()) this.#try(() => writeChangedRecords(this.#context))
  }

  /** Call periodically: writes changes by trainings, and completes what an earlier program or a crash left out. */
  keep(): void {
    this.write()
    if (this.#mayWrite()) this.#completing ??= this.#complete()
  }

  /** Writes all changes and stops. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#completing
    this.write()
  }

  /** Handles one study or run at a time, so that other calls run in between. The next program retries failures. */
  async #complete(): Promise<void> {
    const { history } = this.#context
    for (const id of history.records.ids()) {
      await setImmediate()
      if (this.#isClosed) return
      this.#try(() => completeRecord(this.#context, id))
    }
    for (const id of history.journals.missing()) {
      await setImmediate()
      if (this.#isClosed) return
      this.#try(() => {
        const run = history.runs.get(id)
        if (run) journalEarlierRun(this.#context, run)
      })
    }
  }

  #try(work: () => void): void {
    try {
      this.#context.history.mustBeThere()
      work()
    } catch (thrown) {
      const problem = messageOf(thrown)
      if (!this.#context.disk.handleError(thrown) && problem !== this.#problem)
        process.stderr.write(`A record of a study could not be written: ${problem}\n`)
      this.#problem = problem
    }
  }
}
