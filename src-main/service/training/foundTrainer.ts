/** A trainer that an earlier program started and that has outlived it: followed through the files of its run. */
import { statSync } from 'node:fs'
import { hostname } from 'node:os'
import { isAlive, type ProcessIdentity } from '../../files/processIdentity'
import type { TrainerCommand } from '../../contract/trainer/messages'
import { filesOfAttempt, journalFolder } from '../../journal/format'
import { readControl, readProgress, writeControl, type TrainerControl } from '../../journal/liveFiles'
import { newestHead } from '../../journal/reader'
import type { TrainerEnd, TrainerLink, TrainerListener } from './trainers'
import type { TrainerPriority } from './trainerPriority'

/** Interval of reading the trainer's files, in ms. */
const everyMs = 500

export interface LivingTrainer {
  process: ProcessIdentity
  attempt: number
  /** The slot in which it trains; null if it is unknown. */
  slot: string | null
}

/** Returns the trainer of a run's newest attempt if it lives on this machine. @param runDir the run's folder */
export function livingTrainer(runDir: string): LivingTrainer | null {
  const head = newestHead(journalFolder(runDir))
  if (head?.start === undefined || head.host !== hostname()) return null
  const process = { pid: head.pid, start: head.start }
  return isAlive(process) ? { process, attempt: head.attempt, slot: head.slot ?? null } : null
}

export class FoundTrainer implements TrainerLink {
  readonly closed: Promise<TrainerEnd>
  readonly #runDir: string
  readonly #trainer: LivingTrainer
  readonly #listener: TrainerListener
  readonly #control: TrainerControl
  readonly #end: (end: TrainerEnd) => void
  readonly #timer: NodeJS.Timeout
  readonly #forgetPriority: () => void
  #lines = -1
  #shown = ''

  /** @param isPaused whether the run is paused */
  constructor(
    runDir: string,
    trainer: LivingTrainer,
    isPaused: boolean,
    listener: TrainerListener,
    priority: TrainerPriority,
  ) {
    this.#runDir = runDir
    this.#trainer = trainer
    this.#listener = listener
    // The trainer compares the number of checkpoints with what an earlier program requested.
    const before = readControl(runDir)
    const checkpoints = before?.attempt === trainer.attempt ? before.checkpoints : 0
    this.#control = { attempt: trainer.attempt, stop: false, pause: isPaused, checkpoints }
    let resolve: (end: TrainerEnd) => void = () => undefined
    this.closed = new Promise((resolved) => (resolve = resolved))
    this.#end = resolve
    this.#forgetPriority = priority.add(trainer.process.pid)
    this.#timer = setInterval(() => this.#follow(), everyMs)
    // A pause or resumption that the earlier program requested last may not be in the history.
    this.#writeControl()
  }

  send(command: TrainerCommand): void {
    if (command.type === 'stop') this.#control.stop = true
    else if (command.type === 'pause' || command.type === 'resume') this.#control.pause = command.type === 'pause'
    else if (command.type === 'checkpoint') this.#control.checkpoints++
    this.#writeControl()
  }

  #writeControl(): void {
    try {
      writeControl(this.#runDir, this.#control)
    } catch (thrown) {
      // The next command writes the file again; a stop also arrives as a signal.
      this.#listener.disk(thrown instanceof Error ? thrown : new Error(String(thrown)))
      if (this.#control.stop) this.#signal('SIGTERM')
    }
  }

  kill(): void {
    this.#signal('SIGKILL')
  }

  /** Ends the following, not the trainer. */
  release(): void {
    this.#leave({ code: null, signal: null, startError: null, output: [] })
  }

  #follow(): void {
    // Check first, so that everything that the trainer wrote before its end is read below.
    const lives = isAlive(this.#trainer.process)
    this.#readProgress()
    const lines = this.#linesBytes()
    if (lines !== this.#lines) this.#listener.journal()
    this.#lines = lines
    if (lives) return
    const end: TrainerEnd = { code: null, signal: null, startError: null, output: [] }
    try {
      this.#listener.closed(end)
    } finally {
      this.#leave(end)
    }
  }

  #leave(end: TrainerEnd): void {
    clearInterval(this.#timer)
    this.#forgetPriority()
    this.#end(end)
  }

  #readProgress(): void {
    const shown = readProgress(this.#runDir)
    if (shown?.attempt !== this.#trainer.attempt) return
    const text = JSON.stringify(shown.progress)
    if (text !== this.#shown) this.#listener.progress(shown.progress)
    this.#shown = text
  }

  #linesBytes(): number {
    const { lines } = filesOfAttempt(journalFolder(this.#runDir), this.#trainer.attempt)
    return statSync(lines, { throwIfNoEntry: false })?.size ?? 0
  }

  #signal(signal: NodeJS.Signals): void {
    const { process: identity } = this.#trainer
    if (isAlive(identity)) process.kill(identity.pid, signal)
  }
}
