/** A trainer without a connection to a service: it takes commands from a file and shows its progress in another. */
import type { RunProgress } from '../contract/runs/runs'
import { readControl, writeProgress } from '../journal/liveFiles'
import type { Control } from './control'
import type { Recorder } from './recorder'

/** Interval of looking for commands, in ms. */
const everyMs = 500

export class Detached {
  readonly #runDir: string
  readonly #control: Control
  readonly #recorder: Recorder
  #timer: NodeJS.Timeout | null = null
  #checkpoints = 0
  #isPaused = false

  constructor(runDir: string, control: Control, recorder: Recorder) {
    this.#runDir = runDir
    this.#control = control
    this.#recorder = recorder
  }

  /** Begins, when the service has ended or there never was one. @param isPaused whether the service had paused the run */
  begin(isPaused: boolean): void {
    this.#isPaused = isPaused
    // It does not keep a trainer that has finished.
    this.#timer ??= setInterval(() => this.#follow(), everyMs).unref()
  }

  /** Shows the newest progress; nothing before `begin`. */
  report(progress: RunProgress): void {
    const { attempt } = this.#recorder
    if (this.#timer === null || attempt === null) return
    try {
      writeProgress(this.#runDir, { attempt, progress })
    } catch {
      // The disk is full: the run matters, and its progress is in the journal too.
    }
  }

  #follow(): void {
    // Another trainer has the run: what this one would measure is void.
    if (this.#recorder.isSuperseded) return this.#control.stop()
    const found = readControl(this.#runDir)
    if (found === null || found.attempt !== this.#recorder.attempt) return
    if (found.stop) this.#control.stop()
    if (found.checkpoints > this.#checkpoints) this.#control.checkpoint()
    this.#checkpoints = found.checkpoints
    if (found.pause !== this.#isPaused) {
      if (found.pause) this.#control.pause()
      else this.#control.resume()
    }
    this.#isPaused = found.pause
  }
}
