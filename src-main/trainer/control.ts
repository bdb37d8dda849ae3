/** Pause, resume, checkpoint and stop, taken up between two steps. */
import type { EndSignal } from '../contract/runs/endReasons'
import type { Recorder } from './recorder'

/** A person, or the end of the service, wants the run to end here: no failure. */
export class StopRequested extends Error {}

/** A measurement of active time: it stops while the run is paused. */
export interface Meter {
  pause: () => void
  resume: () => void
}

/** What is asked of the run, until it comes to look. */
export class Control {
  private paused = false
  private stopped = false
  private signal: EndSignal | null = null
  private saving = false
  private wake: (() => void) | null = null
  private pausedMs = 0
  /** They stop before a pause's checkpoint is written and continue after the pause, as `pausedTime` counts it. */
  readonly meters: Meter[] = []
  /** Keeps where the run stands, before it stands still or when asked for; set by who can. */
  save: (() => Promise<void>) | null = null
  /** Where measurements go: training waits while the disk does not take them. */
  recorder: Pick<Recorder, 'isBlocked' | 'written'> | null = null

  /** @param onChange is told when the run really stands still, and when it goes on */
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

  /** @param signal that this process received; null if the service asks */
  stop(signal: EndSignal | null = null): void {
    if (!this.stopped) this.signal = signal
    this.stopped = true
    this.wake?.()
  }

  get stopRequested(): boolean {
    return this.stopped
  }

  /** The signal that stopped the run, if one came before the service asked. */
  get stoppedBy(): EndSignal | null {
    return this.signal
  }

  /** Time spent paused so far, in milliseconds: no part of an epoch's time. */
  get pausedTime(): number {
    return this.pausedMs
  }

  /**
   * Lets messages in and out, and waits while paused.
   * @throws StopRequested
   */
  async betweenSteps(): Promise<void> {
    // TensorFlow blocks the thread for the length of a step: messages are handled here and nowhere else.
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
