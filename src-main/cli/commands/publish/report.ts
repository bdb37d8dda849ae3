import path from 'node:path'
import type { Command } from 'commander'
import { withReader } from '../../client'
import { findStudy } from '../../lookup'
import { addOut, outFolder, reportKeptFiles, type OutFlags } from '../../output/out'
import { writeJson, writeOut } from '../../output/output'
import { cancelled, ProgressLine } from '../../output/progress'
import type { Globals } from '../../globals'

export function addReport(program: Command): void {
  const command = program
    .command('report <study>')
    .description(
      'write a report of a study: a page (index.html), Markdown and LaTeX, with tables, figures, filter banks, settings and manifest',
    )
  addOut(command, '<dir>', 'the folder to write: new or empty', true).action(
    async (name: string, { out, force }: OutFlags, command: Command) => {
      const folder = outFolder(out, 'report')
      const progress = new ProgressLine()
      const made = await withReader(
        command,
        async (service) => {
          const { id } = await findStudy(service, name)
          return cancelled(service, 'report', progress, () =>
            service.call('publish.report', { id, out: folder, replace: force === true }),
          )
        },
        { 'task.progress': ({ phase, done, total }) => progress.update(phase, done, total) },
      )
      reportKeptFiles(made.kept)
      if (command.optsWithGlobals<Globals>().json) writeJson(made)
      else
        writeOut(
          `${path.join(made.folder, 'index.html')}: the report, with ${made.files.length - 1} more files in its folder.\n`,
        )
    },
  )
}
