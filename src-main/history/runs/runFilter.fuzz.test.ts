import path from 'node:path'
import fc from 'fast-check'
import { WorkbenchError } from '../../contract/errors'
import { rejectedWith, fuzz } from '../../testing/fuzz'
import { mutatedText } from '../../testing/mutatedText'
import { queries } from '../../testing/seeds'
import { exampleHistory } from '../../testing/exampleHistory'

fuzz<[string, 'none' | 'config']>('queries over runs, carried out', (folder) => {
  const history = exampleHistory(path.join(folder, 'history.sqlite'), 40, 3)
  const all = history.runs.list().length
  return {
    inputs: fc.tuple(mutatedText(queries), fc.constantFrom('none' as const, 'config' as const)),
    run: async ([query, group]) => {
      const verdict = await rejectedWith([WorkbenchError], () => {
        const { runs } = history.runLists.part(
          { query, sort: [{ column: 'accuracy', descending: true }], statistic: 'best', group, open: [] },
          0,
          20,
        )
        if (runs > all) throw new Error(`${runs} of ${all} runs`)
      })
      if (history.runs.list().length !== all) throw new Error('a query changed the history')
      return verdict
    },
    close: () => history.close(),
  }
})
