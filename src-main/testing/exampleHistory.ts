import { writeHistory } from '../../bench/history/write'
import { History } from '../history/history'

export function exampleHistory(file: string, runs: number, epochs: number): History {
  const history = new History(file)
  writeHistory(history, { runs, epochs, seed: 1 })
  return history
}

/** Queries for everything that a window shows. */
export function readAll(history: History): void {
  for (const { id } of history.runs.list()) {
    const run = history.runs.get(id)
    // A corrupt index finds fewer rows than the table has.
    if (!run) continue
    history.configs.get(run.summary.configId, run.summary.seed)
    history.metrics.epochsOfRun(run.key)
    history.metrics.stepsOfRun(run.key)
    history.metrics.evaluation(run.key)
    history.events.ofRun(run.key)
    history.filters.epochs(run.key)
  }
  history.studies.list()
  const asked = { query: '', sort: [], statistic: 'last' as const, open: [] }
  history.runLists.part({ ...asked, group: 'none' }, 0, 100)
  history.runLists.part({ ...asked, group: 'config' }, 0, 100)
}
