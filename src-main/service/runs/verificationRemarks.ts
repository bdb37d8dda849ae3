import type { Environment } from '../../contract/runs/environment'
import type { HistoryEvent } from '../../contract/runs/runs'

/** The beginnings of the warning's texts, of this version and of earlier ones: the text is all that is stored. */
const otherComputation = /^(The computation differs from that before the stop|Computed in another way)/

/** Returns the limits of a verdict, as sentences. @param here the environment of the repetition */
export function remarksOf(
  before: Environment | null,
  events: readonly HistoryEvent[],
  here: Environment,
  same: boolean,
): string[] {
  const otherWay = events.filter((event) => event.kind === 'checkpoint' && otherComputation.test(event.message))
  return [
    ...(before === null ? ['The thread counts of the run are not known: this machine’s were used.'] : []),
    ...(!same && before !== null && before.variables === undefined
      ? ['The run is from a version that did not record the environment variables that can change results.']
      : []),
    ...(otherWay.length > 0
      ? [
          'After a stop, the run itself resumed with other kernels or threads, which can change the last bits. Its events have the details.',
        ]
      : []),
    ...(before?.git?.dirty ? ['The run was trained by code with uncommitted changes, which cannot be restored.'] : []),
    ...(here.device === 'cpu' && (before?.device ?? 'cpu') === 'cpu'
      ? []
      : ['Identical bits are guaranteed on the CPU only: a GPU may sum in a different order each time.']),
  ]
}
