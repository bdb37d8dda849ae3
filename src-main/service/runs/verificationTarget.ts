/** Decides how much of a run a verification trains again. */
import type { Measured } from '../../analysis/studies/verification'
import { WorkbenchError } from '../../contract/errors'
import type { Verification } from '../../contract/publish/verification'
import type { RunProgress } from '../../contract/runs/runs'
import type { RunRecord } from '../../history/runs/runs'

/** The run's end, or the end of an epoch or of a sampled step. */
export interface Target {
  extent: Verification['extent']
  epochs: number
  step: number
}

/**
 * Returns how far to train; default: to the run's last recorded step.
 * @param asked the first steps or the first epochs
 * @throws WorkbenchError bad-input if the run has fewer steps or epochs, conflict if it has no metrics
 */
export function targetOf(
  { summary }: RunRecord,
  kept: Measured,
  { steps, epochs }: { steps: number | null; epochs: number | null },
): Target {
  const { id, state, epochsDone } = summary
  const last = kept.steps.at(-1)?.step ?? 0
  if (steps !== null && epochs !== null)
    throw new WorkbenchError('bad-input', 'Steps and epochs cannot be combined.', { field: 'steps' })
  // A repaired history may have lost its steps: its epochs can still be compared.
  if (last === 0 && kept.epochs.length === 0)
    throw new WorkbenchError('conflict', `The run ${id} is ${state} and has no metrics to compare with.`, {
      fix: 'Let it train first.',
    })
  if (steps !== null) {
    const step = kept.steps.find((one) => one.step >= steps)
    if (!step)
      throw new WorkbenchError('bad-input', `The run ${id} has ${last} steps.`, {
        fix: `Verify at most ${last} of them.`,
        field: 'steps',
      })
    // An epoch's metrics come after its last step.
    return { extent: 'steps', step: step.step, epochs: step.epoch - 1 }
  }
  if (epochs !== null && epochs > epochsDone)
    throw new WorkbenchError('bad-input', `The run ${id} has finished ${epochsDone} epochs.`, {
      fix: `Verify at most ${epochsDone} of them.`,
      field: 'epochs',
    })
  if (state === 'done' && (epochs === null || epochs === summary.epochs))
    return { extent: 'whole', epochs: summary.epochs, step: last }
  if (epochs !== null)
    return { extent: 'epochs', epochs, step: kept.steps.findLast((one) => one.epoch <= epochs)?.step ?? 0 }
  // The run is not finished.
  const within = kept.steps.at(-1)?.epoch ?? 0
  return within > epochsDone
    ? { extent: 'steps', step: last, epochs: epochsDone }
    : { extent: 'epochs', epochs: epochsDone, step: last }
}

/** Returns the total number of steps to train. */
export function stepsToTrain({ steps, epochs }: RunProgress, { extent, epochs: wanted, step }: Target): number {
  return extent === 'whole' ? steps : extent === 'steps' ? step : Math.round((steps * wanted) / epochs)
}
