/** Pause, resume, checkpoint and stop, handled between two steps. */
import type { EndSignal } from '../contract/runs/endReasons'
import type { Recorder } from './recorder'

/** A person or the closing service stops the run. This is no failure. */
export class StopRequested extends Error {}

/** A measurement of active time: it stops while the run is paused. */
export interface Meter {
  pause: () => void
  resume: () => void
}

/** Pending requests, which the run handles between two steps. */
export class Control {
  private paused = false
  private stopped = false
  private signal: EndSignal | null = null
  private saving = false
  private wake: (() => void) | null = null
  private pausedMs = 0
  /** Meters stop before the checkpoint of a pause is written and continue after the pause, as `pausedTime` does. */
  readonly meters: Meter[] = []
  /** Writes a checkpoint, before a pause or on request. The training loop sets it. */
  save: (() => Promise<void>) | null = null
  /** Receives measurements: training waits while the disk does not accept them. */
  recorder: Pick<Recorder, 'isBlocked' | 'written'> | null = null

  /** @param onChange called when the run has paused and when it resumes */
  constructor(private readonly onChange: (state: 'paused' | 'resumed') => void) {}

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    this.wake?.()
  }

  checkpoint(): void {
    this.saving = true
  }

  /** @param signal that this process received; null if the service requests the stop */
  stop(signal: EndSignal | null = null): void {
    if (!this.stopped) this.signal = signal
    this.stopped = true
    this.wake?.()
  }

  get pauseRequested(): boolean {
    return this.paused
  }

  get stopRequested(): boolean {
    return this.stopped
  }

  /** The signal that stopped the run, if it came before a request of the service. */
  get stoppedBy(): EndSignal | null {
    return this.signal
  }

  /** Time spent paused so far, in milliseconds. It does not count as part of an epoch. */
  get pausedTime(): number {
    return this.pausedMs
  }

  /**
   * Handles messages, and waits while the run is paused.
   * @throws StopRequested
   */
  async betweenSteps(): Promise<void> {
    // TensorFlow blocks the thread during a step: messages are handled only here.
    await new Promise<void>((resolve) => setImmediate(resolve))
    if (this.saving) {
      this.saving = false
      await this.save?.()
    }
    if (this.recorder?.isBlocked) await this.standStill(() => this.writtenOrStopped())
    if (this.paused && !this.stopped) {
      await this.standStill(async () => {
        await this.save?.()
        this.onChange('paused')
        while (this.paused && !this.stopped) await new Promise<void>((resolve) => (this.wake = resolve))
        this.wake = null
      })
      if (!this.stopped) this.onChange('resumed')
    }
    if (this.stopped) throw new StopRequested()
  }

  /** Waits for `work`; the time counts as a pause. */
  private async standStill(work: () => Promise<void>): Promise<void> {
    const since = performance.now()
    for (const meter of this.meters) meter.pause()
    await work()
    this.pausedMs += performance.now() - since
    for (const meter of this.meters) meter.resume()
  }

  private async writtenOrStopped(): Promise<void> {
    try {
      await this.recorder?.written(() => this.stopped)
    } catch (thrown) {
      if (!this.stopped) throw thrown
    }
  }
}
