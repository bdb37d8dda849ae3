import path from 'node:path'
import { filterBytes } from '../../contract/publish/studyArchive'
import { storedMessage, type StoredMessage, type TrainerMessage } from '../../contract/trainer/messages'
import { pathsOf } from '../storage/dataDir'
import { applyMessage } from './applyMessage'
import { type Verdict, fuzz } from '../../testing/fuzz'
import { mutatedJson } from '../../testing/mutatedJson'
import { trainerSeeds } from '../../testing/seeds'
import { exampleHistory, readAll } from '../../testing/exampleHistory'

class RolledBack extends Error {}

fuzz<unknown>('messages of trainers, recorded', (folder) => {
  const history = exampleHistory(path.join(folder, 'history.sqlite'), 1, 1)
  const id = history.runs.list()[0]?.id ?? ''
  const run = history.runs.get(id)
  if (!run) throw new Error('no run')
  const seeds = JSON.parse(
    JSON.stringify(trainerSeeds)
      .replaceAll('"runId":"run"', `"runId":${JSON.stringify(id)}`)
      .replaceAll('"epoch":1', '"epoch":9'),
  ) as unknown[]
  const dataDir = path.join(folder, 'data')
  const paths = pathsOf(dataDir)
  return {
    inputs: mutatedJson(seeds, 3),
    run: (message): Verdict => {
      const parsed = storedMessage.safeParse(message)
      const complete = parsed.success ? withSomeValues(parsed.data) : null
      if (!complete) return 'rejected'
      let verdict: Verdict = 'accepted'
      try {
        history.transaction(() => {
          try {
            const end = applyMessage({ history, paths }, run, complete, '2026-01-01T00:00:00.000Z')
            const file = end?.weights?.file
            if (
              file !== undefined &&
              !path.resolve(dataDir, file).startsWith(`${path.join(paths.runs, id)}${path.sep}`)
            )
              throw new RolledBack(`the weights file ${file}`)
          } catch (thrown) {
            // The run fails with the reason; the history must stay intact.
            if (thrown instanceof RolledBack) throw thrown
            verdict = 'rejected'
          }
          readAll(history)
          throw new RolledBack('')
        })
      } catch (thrown) {
        if (!(thrown instanceof RolledBack) || thrown.message !== '') throw thrown
      }
      return verdict
    },
    close: () => history.close(),
  }
})

/** Returns filter values in the form of the journal’s `.bin` file; null for more than any network has. */
function withSomeValues(message: StoredMessage): TrainerMessage | null {
  if (message.type !== 'filters') return message
  const layers = message.layers.map(({ layer, shape }) => ({ layer, shape, bytes: filterBytes(shape) }))
  if (layers.some(({ bytes }) => bytes > 1e6)) return null
  return {
    ...message,
    layers: layers.map(({ layer, shape, bytes }) => ({ layer, shape, values: new Uint8Array(bytes) })),
  }
}
