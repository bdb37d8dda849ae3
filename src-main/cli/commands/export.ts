import type { Command } from 'commander'
import { archiveExtensions } from '../../contract/publish/fileKinds'
import { formatOfPath, modelFormatFacts, modelFormats, type ModelFormat } from '../../contract/models/modelFormats'
import { WorkbenchError } from '../../contract/errors'
import { withReader, type Service } from '../client'
import { usageError } from '../output/failures'
import { findRun, findStudy } from '../lookup'
import { choice } from '../options'
import { addOut, mustNotPromiseOther, writeFileOut, type OutFlags } from '../output/out'
import { writeJson } from '../output/output'
import { cancelled, ProgressLine } from '../output/progress'
import type { Globals } from '../globals'
import { exportModel } from './exportModel'

interface ExportFlags extends OutFlags {
  format?: ModelFormat
  checkpoints?: true
}

const formatList = modelFormats.map((format) => `${format} (${modelFormatFacts[format].hint})`).join(', ')

export function addExport(program: Command): void {
  const command = program
    .command('export <what>')
    .description(
      'write a study with everything that belongs to it (history, filters, weights) to one file for import elsewhere, or the network of a finished run for other programs',
    )
    .addOption(
      choice(
        '--format <format>',
        `of a run: ${formatList}; banks written out, normalisation of the pictures included (default: as the name of --out ends)`,
        modelFormats,
      ),
    )
    .option('--checkpoints', 'with each run’s last checkpoint, so that it can be resumed or extended there')
  addOut(command, '<path>', 'where to, such as study.tar.gz or model.onnx', true).action(
    async (what: string, { format, checkpoints, ...flags }: ExportFlags, command: Command) => {
      if (format !== undefined && checkpoints)
        throw usageError('--checkpoints belongs to a study, --format to a run: they exclude each other.')
      const wanted = format ?? formatOfPath(flags.out)
      if (wanted === null) return exportStudy(what, flags, checkpoints === true, command)
      if (checkpoints)
        throw usageError(
          `--checkpoints belongs to a study, and ${flags.out} is the name of a run’s network.`,
          `Let the name of a study end in .${archiveExtensions[0]}.`,
        )
      return exportModel(what, wanted, flags, command, async (service) => {
        const study = await findStudy(service, what).catch(() => null)
        if (study !== null)
          throw usageError(
            `${study.id} is a study, and ${modelFormatFacts[wanted].name} is a format of a run’s network.`,
            `Name a run, or let the name of the study’s archive end in .${archiveExtensions[0]}.`,
          )
      })
    },
  )
}

async function exportStudy(what: string, flags: OutFlags, checkpoints: boolean, command: Command): Promise<void> {
  mustNotPromiseOther(flags.out, 'tar.gz')
  const progress = new ProgressLine()
  const { made, name, print } = await writeFileOut(command, flags, (out, replace) =>
    withReader(
      command,
      async (service) => {
        const { id } = await studyNamed(service, what, flags.out)
        return cancelled(service, 'export', progress, () =>
          service.call('publish.export', { id, out, checkpoints, replace }),
        )
      },
      { 'task.progress': ({ phase, done, total }) => progress.update(phase, done, total) },
    ),
  )
  if (command.optsWithGlobals<Globals>().json) writeJson(made)
  else
    print(
      `${name}: ${made.runs} ${made.runs === 1 ? 'run' : 'runs'}, ${(made.bytes / 1e6).toFixed(1)} MB. \`mcnn import\` imports it elsewhere.\n`,
    )
}

/** Throws a WorkbenchError that names the formats if the name is a run's. */
async function studyNamed(service: Service, what: string, out: string): Promise<{ id: string }> {
  try {
    return await findStudy(service, what)
  } catch (thrown) {
    if (!(thrown instanceof WorkbenchError) || thrown.code !== 'not-found') throw thrown
    const run = await findRun(service, what).catch(() => null)
    if (run === null) throw thrown
    const files = modelFormats.map((format) => `.${modelFormatFacts[format].extension}`).join(', ')
    throw usageError(
      `${run.id} is a run, and the name ${out} does not say in which format its network is to be written.`,
      `Add --format with one of ${modelFormats.join(', ')}, or let the name end in one of ${files}.`,
    )
  }
}
