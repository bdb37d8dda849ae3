import type { Command } from 'commander'
import { archiveExtensions } from '../../../contract/publish/fileKinds'
import { formatOfPath, modelFormatFacts, modelFormats, type ModelFormat } from '../../../contract/models/modelFormats'
import { WorkbenchError } from '../../../contract/errors'
import { withReader, type Service } from '../../client'
import { usageError } from '../../output/failures'
import { findRun, findStudy } from '../../lookup'
import { choice } from '../../options'
import { addOut, mustNotPromiseOther, writeFileOut, type OutFlags } from '../../output/out'
import { writeJson } from '../../output/output'
import { cancelled, ProgressLine } from '../../output/progress'
import type { Globals } from '../../globals'
import { exportModel } from '../models/exportModel'

interface ExportFlags extends OutFlags {
  format?: ModelFormat
  checkpoints?: true
}

const formatList = modelFormats.map((format) => `${format} (${modelFormatFacts[format].hint})`).join(', ')

export function addExport(program: Command): void {
  const command = program
    .command('export <what>')
    .description(
      'write a study with everything that belongs to it (history, filters, weights) to one file that `mcnn import` reads, or write the network of a finished run for other programs',
    )
    .addOption(
      choice(
        '--format <format>',
        `of a run: ${formatList}; multi-band layers become ordinary convolutions, and the image normalisation is included (default: from the extension of --out)`,
        modelFormats,
      ),
    )
    .option(
      '--checkpoints',
      'include each run’s last checkpoint, so that it can be resumed or extended after the import',
    )
  addOut(command, '<path>', 'the file to write, such as study.tar.gz or model.onnx', true).action(
    async (what: string, { format, checkpoints, ...flags }: ExportFlags, command: Command) => {
      if (format !== undefined && checkpoints)
        throw usageError('--checkpoints is for studies and --format is for runs: they cannot be combined.')
      const wanted = format ?? formatOfPath(flags.out)
      if (wanted === null) return exportStudy(what, flags, checkpoints === true, command)
      if (checkpoints)
        throw usageError(
          `--checkpoints is for studies, and ${flags.out} has the extension of a run’s network.`,
          `Use the extension .${archiveExtensions[0]} for a study.`,
        )
      return exportModel(what, wanted, flags, command, async (service) => {
        const study = await findStudy(service, what).catch(() => null)
        if (study !== null)
          throw usageError(
            `${study.id} is a study, and ${modelFormatFacts[wanted].name} is a format of a run’s network.`,
            `Name a run, or use the extension .${archiveExtensions[0]} for the study’s archive.`,
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
      `${name}: ${made.runs} ${made.runs === 1 ? 'run' : 'runs'}, ${(made.bytes / 1e6).toFixed(1)} MB. Import it with \`mcnn import\`.\n`,
    )
}

/** Throws a WorkbenchError that lists the formats if `name` is the id of a run. */
async function studyNamed(service: Service, what: string, out: string): Promise<{ id: string }> {
  try {
    return await findStudy(service, what)
  } catch (thrown) {
    if (!(thrown instanceof WorkbenchError) || thrown.code !== 'not-found') throw thrown
    const run = await findRun(service, what).catch(() => null)
    if (run === null) throw thrown
    const files = modelFormats.map((format) => `.${modelFormatFacts[format].extension}`).join(', ')
    throw usageError(
      `${run.id} is a run, and the extension of ${out} is not that of a model format.`,
      `Add --format with one of ${modelFormats.join(', ')}, or use one of the extensions ${files}.`,
    )
  }
}
