import type { Environment } from '../../contract/runs/environment'
import type { HistoryEvent } from '../../contract/runs/runs'

/** Returns what limits a verdict, as sentences. @param here where the run was trained again */
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
    ...(before === null
      ? ['What the run was trained on is not known: it was trained again with this machine’s own threads.']
      : []),
    ...(!same && before !== null && before.variables === undefined
      ? ['The run is from a version that did not record the environment variables that can change results.']
      : []),
    ...(otherWay.length > 0
      ? [
          'After a stop the run was itself computed in another way than before, which can change the last bits: its events tell how.',
        ]
      : []),
    ...(before?.git?.dirty ? ['The run was trained by code with uncommitted changes, which can’t be had again.'] : []),
    ...(here.device === 'cpu' && (before?.device ?? 'cpu') === 'cpu'
      ? []
      : ['The same bits are promised on the CPU only: a GPU’s sums may come out differently each time.']),
  ]
}
