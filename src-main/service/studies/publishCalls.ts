import { runManifest, studyManifest } from '../../analysis/studies/manifest'
import type { Context } from '../app/context'
import { ok, type HandlersOf } from '../app/handlers'
import { manifestFacts, studyFacts } from './manifests'
import type { WriteAccess } from '../access/writeAccess'
import type { Scheduler } from '../queue/scheduler'
import { writeReport, type Asked } from './report'
import { runOf, studyOf } from '../app/lookup'
import { exportFrom } from '../transfer/archiveThread'
import { importStudy } from '../transfer/importStudy'
import { verifiable, verify } from '../runs/verify'
import type { BackgroundTasks } from '../tasks/backgroundTasks'

export function publishCalls(
  context: Context,
  scheduler: Scheduler,
  own: Pick<WriteAccess, 'mayWrite'>,
  tasks: BackgroundTasks,
  archivesEntry: string,
  asked: Asked,
): HandlersOf<'publish'> {
  return {
    'publish.runManifest': ({ id }) => runManifest(manifestFacts(context, runOf(context, id))),

    'publish.studyManifest': async ({ id }) => studyManifest(studyOf(context, id), await studyFacts(context, id)),

    'publish.verifiable': ({ id }) => verifiable(context, scheduler, runOf(context, id)),

    'publish.verify': async ({ id, ...asked }) => {
      try {
        return await tasks.run('verify', (signal, report) =>
          verify(context, scheduler, id, asked, () => own.mayWrite, signal, report),
        )
      } finally {
        // Released last, so that the end of the verification is reported before the next run starts.
        if (own.mayWrite) scheduler.startNextRun()
      }
    },

    'publish.export': ({ id, ...options }) => {
      studyOf(context, id)
      const { paths, program } = context
      return tasks.run('export', (signal, report) =>
        exportFrom(archivesEntry, { database: paths.database, id, paths, program, options }, signal, report),
      )
    },

    'publish.import': ({ path }) =>
      tasks.run('import', (signal, report) => importStudy(context, archivesEntry, path, signal, report)),

    'publish.report': ({ id, ...options }) =>
      tasks.run('report', (signal, report) =>
        writeReport(context, asked, studyOf(context, id), options, signal, report),
      ),

    'publish.cancel': async ({ kind }) => {
      await tasks.cancel(kind)
      return ok
    },
  }
}
