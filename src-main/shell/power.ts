import { powerMonitor, powerSaveBlocker } from 'electron'

/** Keeps the system from suspending while something trains; the display may still sleep. */
export class Power {
  #blocker: number | null = null

  /** @param asleep is called just before the system sleeps all the same, or shuts down */
  watch(asleep: () => void): void {
    powerMonitor.on('suspend', asleep)
    powerMonitor.on('shutdown', asleep)
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
