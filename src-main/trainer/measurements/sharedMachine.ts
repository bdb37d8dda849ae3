/** Labels a run whose times were measured next to another training. */
import { sharedMachineKind } from '../../contract/runs/timing'
import type { TrainerMessage } from '../../contract/trainer/messages'
import { otherTrainers } from '../../system/trainerProcesses'

/**
 * Reports once per start of a run that another training uses the machine. Checks at the start and after each epoch.
 * @param find returns the trainers of other programs
 */
export class SharedMachineWatch {
  #reported = false

  constructor(
    private readonly send: (message: TrainerMessage) => void,
    private readonly find = otherTrainers,
  ) {}

  /** @param measured what this start measures for later runs too, as the beginning of a sentence; empty if nothing */
  check(measured = ''): void {
    if (this.#reported) return
    const [other] = this.find()
    if (!other) return
    this.#reported = true
    this.send({
      type: 'event',
      level: 'warning',
      kind: sharedMachineKind,
      message: `Another training (process ${other.pid}) ran on this machine at the same time: the times of this run are longer than those of a run alone.${measured}`,
    })
  }
}
