import path from 'node:path'
import type { Command } from 'commander'
import { modelFormats, type ModelFormat } from '../../contract/records'
import { findStudy, withReader } from '../client'
import { usageError } from '../failures'
import { choice } from '../options'
import { writeJson, writeOut } from '../output'
import { cancelled, WorkProgress } from '../progress'
import type { Globals } from '../program'
import { exportModel } from './exportModel'

interface ExportFlags {
  out: string
  format?: ModelFormat
  checkpoints?: true
  force?: true
}

export function addExport(program: Command): void {
  program
    .command('export <what>')
    .description('write a study with all that belongs to it (history, filters, weights) into one file, to be imported elsewhere; with --format a finished run’s network for other programs')
    .requiredOption('--out <path>', 'where to, such as study.tar.gz or model.onnx')
    .addOption(choice('--format <format>', 'of a run: onnx or safetensors (a file), savedmodel (a folder); banks written out, normalisation of the pictures included', modelFormats))
    .option('--checkpoints', 'with each run’s last checkpoint, so that it can go on or be extended there')
    .option('--force', 'replace a file that is there')
    .action(async (what: string, { out, format, checkpoints, force }: ExportFlags, command: Command) => {
      if (format !== undefined && checkpoints) throw usageError('--checkpoints belongs to a study, --format to a run: they exclude each other.')
      if (format !== undefined) return exportModel(what, { format, out, ...(force && { force }) }, command)
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
