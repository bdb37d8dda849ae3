import { rmSync, copyFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { serviceCalls, type ServiceCall } from '../../contract/calls'
import { WorkbenchError, toErrorValue } from '../../contract/errors'
import { createService } from './service'
import { prepareDataDir } from '../storage/dataDirIdentity'
import { type Verdict, fuzz } from '../../testing/fuzz'
import { mutatedJson } from '../../testing/mutatedJson'
import { mutatedText } from '../../testing/mutatedText'
import { params, queries } from '../../testing/seeds'
import { exampleHistory } from '../../testing/exampleHistory'

/** Calls that train, load TensorFlow, start programs or threads, or take a path from the command line. */
const outOfReach: readonly string[] = [
  'studies.create',
  'publish.verify',
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

fuzz<[ServiceCall, unknown]>('calls to the service, on a real history', async (folder) => {
  const paths = prepareDataDir(path.join(folder, 'data'))
  const made = exampleHistory(paths.database, 40, 3)
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
        if (thrown instanceof WorkbenchError && thrown.code !== 'internal') return 'rejected'
        throw thrown
      }
    },
    close: () => opened.close(),
  }
})
