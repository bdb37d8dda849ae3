import type { Environment } from '../../contract/runs/environment'
import type { HistoryEvent } from '../../contract/runs/runs'

/** Returns the limits of a verdict, as sentences. @param here the environment of the repetition */
export function remarksOf(
  before: Environment | null,
  events: readonly HistoryEvent[],
  here: Environment,
  same: boolean,
): string[] {
  const otherWay = events.filter(
    (event) => event.kind === 'checkpoint' && event.message.startsWith('Computed in another way'),
  )
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
