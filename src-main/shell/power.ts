import { powerMonitor, powerSaveBlocker } from 'electron'

/** Keeps the system from suspending while something trains; the display may still sleep. */
export class Power {
  #blocker: number | null = null

  /**
   * Calls back when the system goes to sleep and when it has woken up; after the program is ready. Durations need no more:
   * they are measured by a clock that stands still while the system sleeps.
   */
  follow({ sleeps, wakes }: { sleeps: () => void; wakes: () => void }): void {
    powerMonitor.on('suspend', sleeps)
    powerMonitor.on('resume', wakes)
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
