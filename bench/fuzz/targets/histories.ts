/** The history: its file, queries on it, and messages of trainers that are written to it. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { serviceCalls, type ServiceCall } from '../../../src-main/contract/calls'
import { toErrorValue, WorkbenchError } from '../../../src-main/contract/errors'
import { filterBytes } from '../../../src-main/contract/publish/studyArchive'
import { storedMessage, type StoredMessage, type TrainerMessage } from '../../../src-main/contract/trainer/messages'
import { History } from '../../../src-main/history/history'
import { pathsOf } from '../../../src-main/service/storage/dataDir'
import { prepareDataDir } from '../../../src-main/service/storage/dataDirIdentity'
import { applyMessage } from '../../../src-main/service/training/applyMessage'
import { createService } from '../../../src-main/service/app/service'
import { writeHistory } from '../../history/write'
import { refusedWith, target, type Verdict } from '../check'
import { mutatedBytes } from '../mutations/bytes'
import { mutatedJson } from '../mutations/json'
import { mutatedText } from '../mutations/text'
import { params, trainerSeeds } from './messages'
import { queries } from './texts'

function madeHistory(file: string, runs: number, epochs: number): History {
  const history = new History(file)
  writeHistory(history, { runs, epochs, seed: 1 })
  return history
}

/** Queries for everything that a window shows. */
function readAll(history: History): void {
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

export const database = target<Buffer>('a history’s file (SQLite)', (folder) => {
  const whole = path.join(folder, 'whole.sqlite')
  const history = madeHistory(whole, 2, 1)
  history.close()
  const bytes = readFileSync(whole)
  const file = path.join(folder, 'history.sqlite')
  // Page by page, because most of the file is empty space.
  const pages = Array.from({ length: Math.ceil(bytes.length / 4096) }, (_, i) =>
    bytes.subarray(4096 * i, 4096 * (i + 1)),
  )
  const used = pages.flatMap((page, i) => (page.some((byte) => byte !== 0) ? [i] : []))
  const inPage = fc.oneof(
    ...used.map((i) =>
      mutatedBytes([pages[i] ?? bytes], 4).map((page) => {
        const out = Buffer.from(bytes)
        page.copy(out, 4096 * i, 0, 4096)
        return out
      }),
    ),
  )
  return {
    inputs: fc.oneof(
      { weight: 4, arbitrary: inPage },
      { weight: 1, arbitrary: mutatedBytes([bytes, bytes.subarray(0, 4096)], 3) },
    ),
    run: (given) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
      writeFileSync(file, given)
      return refusedWith([WorkbenchError], () => {
        const opened = new History(file)
        try {
          readAll(opened)
        } catch (thrown) {
          throw opened.explained(thrown)
        } finally {
          opened.close()
        }
      })
    },
  }
})

export const sql = target<[string, 'none' | 'config']>('queries over runs, carried out', (folder) => {
  const history = madeHistory(path.join(folder, 'history.sqlite'), 40, 3)
  const all = history.runs.list().length
  return {
    inputs: fc.tuple(mutatedText(queries), fc.constantFrom('none' as const, 'config' as const)),
    run: async ([query, group]) => {
      const verdict = await refusedWith([WorkbenchError], () => {
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

/** Calls that train, load TensorFlow, start programs or take a path of the command line's. */
const outOfReach: readonly string[] = [
  'studies.create',
  'studies.resume',
  'runs.rerun',
  'runs.resume',
  'datasets.import',
  'system.doctor',
  'system.device',
  'system.info',
  'system.reclaim',
  'studies.estimate',
]

export const service = target<[ServiceCall, unknown]>('calls to the service, on a real history', async (folder) => {
  const paths = prepareDataDir(path.join(folder, 'data'))
  const made = madeHistory(paths.database, 40, 3)
  // Queued runs would be trained.
  for (const run of made.runs.unfinished()) made.runs.end(run.key, 'stopped', null)
  const ids = made.runs.list().map((run) => run.id)
  const studies = made.studies.list().map((study) => study.id)
  made.close()
  // Each call changes it, so it is recreated from time to time.
  const kept = `${paths.database}.whole`
  copyFileSync(paths.database, kept)
  const open = () =>
    createService({ dataDir: paths.dataDir, trainerEntry: path.join(folder, 'no-trainer.js'), program: '1' })
  let opened = await open()
  let left = 2000
  const names = (Object.keys(serviceCalls) as ServiceCall[]).filter((name) => !outOfReach.includes(name))
  const named = params.map(
    (one) =>
      JSON.parse(
        JSON.stringify(one)
          .replaceAll('run-1', ids[0] ?? '')
          .replaceAll('run-2', ids[1] ?? ''),
      ) as unknown,
  )
  const given = [...named, ...ids.slice(0, 20).map((id) => ({ id })), ...studies.map((id) => ({ id }))]
  const any = fc.oneof(
    mutatedJson(given, 2),
    mutatedText(queries).map((query): unknown => ({ query })),
  )
  const inputs = fc.oneof(
    ...names.map((name) => {
      const fitting = given.filter((one) => serviceCalls[name].params.safeParse(one).success)
      return fc.tuple(
        fc.constant(name),
        fitting.length === 0
          ? any
          : fc.oneof({ weight: 4, arbitrary: mutatedJson(fitting, 2) }, { weight: 1, arbitrary: any }),
      )
    }),
  )
  return {
    inputs,
    run: async ([name, given]): Promise<Verdict> => {
      if (left-- === 0) {
        left = 2000
        await opened.close()
        for (const suffix of ['-wal', '-shm']) rmSync(paths.database + suffix, { force: true })
        copyFileSync(kept, paths.database)
        opened = await open()
      }
      try {
        const value = await opened.handle(name, given)
        const received: unknown = JSON.parse(JSON.stringify(value))
        const checked = serviceCalls[name].result.safeParse(received)
        if (!checked.success) throw new Error(`${name} answered ${toErrorValue(checked.error).message}`)
        return 'accepted'
      } catch (thrown) {
        if (thrown instanceof WorkbenchError && thrown.code !== 'internal') return 'refused'
        throw thrown
      }
    },
    close: () => opened.close(),
  }
})

class TakenBack extends Error {}

export const recorder = target<unknown>('messages of trainers, recorded', (folder) => {
  const history = madeHistory(path.join(folder, 'history.sqlite'), 1, 1)
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
      if (!complete) return 'refused'
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
              throw new TakenBack(`the weights file ${file}`)
          } catch (thrown) {
            // The run fails with the reason; the history must stay intact.
            if (thrown instanceof TakenBack) throw thrown
            verdict = 'refused'
          }
          readAll(history)
          throw new TakenBack('')
        })
      } catch (thrown) {
        if (!(thrown instanceof TakenBack) || thrown.message !== '') throw thrown
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
