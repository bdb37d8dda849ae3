/** Records what a run measures in its journal, and signals the service that there is more. */
import { codeOf, messageOf } from '../contract/errors'
import type { StoredMessage, TrainerMessage, TrainerSignal } from '../contract/trainer/messages'
import { JournalWriter } from '../journal/writer'
import { isDiskError, retryWhileDiskUnavailable } from './checkpoints/diskRetry'

/** Messages that are flushed to the disk before the service is notified: a run resumes from them, or ends. */
const flushedTypes: readonly StoredMessage['type'][] = [
  'started',
  'epoch',
  'checkpoint',
  'done',
  'stopped',
  'diverged',
  'failed',
]

export class Recorder {
  readonly #signal: (signal: TrainerSignal) => void
  #journal: JournalWriter | null = null
  /** Messages that are not in the journal yet: it is not open, or the disk is full. */
  #waiting: TrainerMessage[] = []
  #isFlushOutstanding = false

  /** @param signal sends to the service */
  constructor(signal: (signal: TrainerSignal) => void) {
    this.#signal = signal
  }

  /**
   * Opens the journal, which starts a new attempt.
   * @param runDir the run's own folder
   * @param slot in which it trains
   * @returns how far earlier attempts trained
   * @throws the system's error
   */
  open(runDir: string, slot?: string): JournalWriter['reached'] {
    this.#journal = new JournalWriter(runDir, slot)
    return this.#journal.reached
  }

  /** Adds a message to the journal. If the disk fails, the message is kept in memory until `written`. */
  record(message: TrainerMessage): void {
    this.#waiting.push(message)
    if (!this.#journal) return
    try {
      this.#append()
    } catch (thrown) {
      this.reportDisk(thrown)
      return
    }
    if (!flushedTypes.includes(message.type)) return this.#signal({ type: 'journal' })
    this.#journal.flush().then(
      () => this.#signal({ type: 'journal' }),
      (thrown: unknown) => {
        this.#isFlushOutstanding = true
        this.reportDisk(thrown)
      },
    )
  }

  /** Whether training has to wait, because measurements could not be written. */
  get isBlocked(): boolean {
    return this.#isFlushOutstanding || (this.#journal !== null && this.#waiting.length > 0)
  }

  /** Number of this trainer's attempt; null before `open`. */
  get attempt(): number | null {
    return this.#journal?.attempt ?? null
  }

  /** Whether a later attempt trains the run, so that this one must end. */
  get isSuperseded(): boolean {
    return this.#journal?.isSuperseded ?? false
  }

  /**
   * Resolves when everything is on the disk; retries while the disk fails.
   * @param stopped whether the run has to end: then the error of the disk is thrown
   */
  async written(stopped: () => boolean): Promise<void> {
    const journal = this.#journal
    if (!journal) return
    const write = async (): Promise<void> => {
      this.#append()
      await journal.flush()
    }
    await retryWhileDiskUnavailable(write, stopped, (_, thrown) => this.reportDisk(thrown))
    this.#isFlushOutstanding = false
    this.#signal({ type: 'journal' })
  }

  #append(): void {
    for (let message = this.#waiting[0]; message; message = this.#waiting[0]) {
      this.#journal?.append(message)
      this.#waiting.shift()
    }
  }

  /** Reports to the service that the disk fails. @throws `thrown` if it is not an error of the disk */
  reportDisk(thrown: unknown): void {
    if (!isDiskError(thrown)) throw thrown
    this.#signal({ type: 'disk', code: codeOf(thrown) ?? '', message: messageOf(thrown) })
  }
}
