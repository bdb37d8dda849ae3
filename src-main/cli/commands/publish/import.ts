import path from 'node:path'
import type { Command } from 'commander'
import type { Imported } from '../../../contract/publish/publish'
import { statSource } from '../../../files/pathProblems'
import { withService } from '../../client'
import { typedPath } from '../../options'
import { writeJson, writeOut } from '../../output/output'
import { cancelled, ProgressLine } from '../../output/progress'
import type { Globals } from '../../globals'

export function addImport(program: Command): void {
  program
    .command('import')
    .argument('<file>', 'the archive, or a folder with its unpacked files', typedPath)
    .description(
      'import a study that `mcnn export` wrote, also if it was unpacked or repacked; imports all new runs or, if it fails, none',
    )
    .action(async (file: string, _options: unknown, command: Command) => {
      const source = path.resolve(file)
      // Checked before the data directory is created.
      await statSource(source)
      const progress = new ProgressLine()
      const made = await withService(
        command,
        (service) => cancelled(service, 'import', progress, () => service.call('publish.import', { path: source })),
        {
          'task.progress': ({ phase, done, total }) => progress.update(phase, done, total),
        },
      )
      if (command.optsWithGlobals<Globals>().json) writeJson(made)
      else writeOut(words(made))
    })
}

function words({ studyId, studyName, completed, runs, skipped }: Imported): string {
  const renamed = runs.filter(({ id, as }) => id !== as)
  return [
    runs.length === 0
      ? `${studyName} (${studyId}): nothing new, ${skipped.length === 1 ? 'its run was' : `all ${skipped.length} runs were`} imported already.`
      : `${completed ? 'Completed' : 'Imported'} ${studyName} (${studyId}): ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}${skipped.length > 0 ? `; ${skipped.length} were imported already` : ''}.`,
    ...renamed.map(({ id, as }) => `  ${id} was renamed to ${as}, because another run has that id.`),
    '',
  ].join('\n')
}
