import path from 'node:path'
import type { Command } from 'commander'
import { findStudy, withReader } from '../client'
import { writeJson, writeOut } from '../output'
import { cancelled, WorkProgress } from '../progress'
import type { Globals } from '../program'

interface ExportFlags {
  out: string
  checkpoints?: true
  force?: true
}

export function addExport(program: Command): void {
  program
    .command('export <what>')
    .description('write a study with all that belongs to it (history, filters, weights) into one file, to be imported elsewhere')
    .requiredOption('--out <file>', 'where to, such as study.tar.gz')
    .option('--checkpoints', 'with each run’s last checkpoint, so that it can go on or be extended there')
    .option('--force', 'replace a file that is there')
    .action(async (what: string, { out, checkpoints, force }: ExportFlags, command: Command) => {
      const progress = new WorkProgress()
      const made = await withReader(
        command,
        async (service) => {
          const { id } = await findStudy(service, what)
          return cancelled(service, 'export', progress, () => service.call('publish.export', { id, out: path.resolve(out), checkpoints: checkpoints === true, replace: force === true }))
        },
        { 'work.progress': ({ phase, done, total }) => progress.update(phase, done, total) },
      )
      if (command.optsWithGlobals<Globals>().json) writeJson(made)
      else writeOut(`${made.file}: ${made.runs} ${made.runs === 1 ? 'run' : 'runs'}, ${(made.bytes / 1e6).toFixed(1)} MB. \`mcnn import\` takes it in elsewhere.\n`)
    })
}
