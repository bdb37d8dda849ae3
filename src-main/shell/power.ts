import { powerMonitor, powerSaveBlocker } from 'electron'

/** Keeps the system from suspending while something trains; the display may still sleep. */
export class Power {
  #blocker: number | null = null

  /**
   * Durations need no correction: their clock stops while the system is suspended.
   * @param listeners `sleeps` is called before the system suspends despite the blocker, `shutsDown` before it shuts
   *   down
   */
  watch(listeners: { sleeps: () => void; shutsDown: () => void; wakes: () => void }): void {
    powerMonitor.on('suspend', listeners.sleeps)
    powerMonitor.on('shutdown', listeners.shutsDown)
    powerMonitor.on('resume', listeners.wakes)
  }

  keepAwake(wanted: boolean): void {
    if (wanted === (this.#blocker !== null)) return
    if (this.#blocker === null) this.#blocker = powerSaveBlocker.start('prevent-app-suspension')
    else {
      powerSaveBlocker.stop(this.#blocker)
      this.#blocker = null
    }
  }
}
