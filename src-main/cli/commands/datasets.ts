import path from 'node:path'
import type { Command } from 'commander'
import { datasetName } from '../../analysis/text/names'
import { whole } from '../../analysis/text/numbers'
import { megabytes, transferWords } from '../../analysis/text/transfer'
import { archiveFormatWords } from '../../contract/publish/archiveFormats'
import { importedDatasetIds, importedNames } from '../../contract/datasets/datasetRegistry'
import { datasetIds, type DatasetId } from '../../contract/experiment'
import type { DatasetSummary } from '../../contract/datasets/datasets'
import { matchName } from '../../contract/typedNames'
import { statSource } from '../../files/pathProblems'
import { withReader, withService } from '../client'
import { columns } from '../output/columns'
import { usageError } from '../output/failures'
import { onInterruption } from '../interruption'
import { typedPath } from '../options'
import { log, writeJson, writeOut } from '../output/output'
import { ProgressLine } from '../output/progress'
import type { Globals } from '../globals'

export function addDatasets(program: Command): void {
  const group = program.command('datasets').description('list, import and verify data sets')

  group
    .command('list')
    .description('list the data sets and whether they are installed')
    .action(async (_options: unknown, command: Command) => {
      const datasets = await withReader(command, (service) => service.call('datasets.list', {}))
      if (command.optsWithGlobals<Globals>().json) return writeJson(datasets)
      writeOut(
        columns(
          ['Data set', 'Name', 'There', '>Train', '>Test', '>Classes', 'Content'],
          datasets.map((dataset) => [
            dataset.id,
            datasetName(dataset.id),
            dataset.available ? 'yes' : 'no: download or import it',
            whole(dataset.train),
            whole(dataset.test),
            whole(dataset.classes.length),
            contentOf(dataset),
          ]),
        ),
      )
    })

  group
    .command('import')
    .argument('<path>', 'the archive or the folder', typedPath)
    .description(
      `import ${importedNames} from its binary or Python files in an archive (${archiveFormatWords}) or a folder, under any names`,
    )
    .action(async (file: string, _options: unknown, command: Command) => {
      const source = path.resolve(file)
      // Checked before the data directory is created.
      await statSource(source)
      const progress = new ProgressLine()
      const dataset = await withService(
        command,
        async (service) => {
          const release = onInterruption(() => void service.call('datasets.cancelImport', {}).catch(() => undefined))
          try {
            return await service.call('datasets.import', { path: source })
          } finally {
            release()
            progress.end()
          }
        },
        { 'dataset.progress': ({ phase, done, total }) => progress.update(phase, done, total) },
      )
      if (command.optsWithGlobals<Globals>().json) return writeJson(dataset)
      writeOut(`Imported ${dataset.name}: ${describe(dataset)}\n`)
    })

  group
    .command('download <id>')
    .description(
      `fetch ${importedDatasetIds.join(' or ')} from its official site (about 170 MB) and import it; an interrupted download resumes`,
    )
    .option('--discard', 'delete the partial download and stop')
    .action(async (name: string, { discard }: { discard?: boolean }, command: Command) => {
      const id = namedDataset(name)
      const progress = new ProgressLine()
      const dataset = await withService(
        command,
        async (service) => {
          if (discard) {
            await service.call('datasets.discardDownload', { id })
            return null
          }
          const source = (await service.call('datasets.sources', {})).find((one) => one.id === id)
          if (source)
            log(
              `${source.url}: ${megabytes(source.bytes)}${source.kept > 0 ? `, ${megabytes(source.kept)} of it downloaded already` : ''}`,
            )
          const release = onInterruption(() => void service.call('datasets.cancelImport', {}).catch(() => undefined))
          try {
            return await service.call('datasets.download', { id })
          } finally {
            release()
            progress.end()
          }
        },
        {
          'dataset.progress': (event) =>
            progress.update(
              event.phase,
              event.done,
              event.total,
              event.phase === 'Downloading' ? transferWords(event) : '',
            ),
        },
      )
      const { json } = command.optsWithGlobals<Globals>()
      if (!dataset)
        return json ? writeJson({ ok: true }) : writeOut(`Deleted the partial download of ${datasetName(id)}.\n`)
      if (json) return writeJson(dataset)
      writeOut(`Downloaded and imported ${dataset.name}: ${describe(dataset)}\n`)
    })

  group
    .command('verify <id>')
    .description('read a complete data set and compare it with its checksums')
    .action(async (id: string, _options: unknown, command: Command) => {
      const dataset = await withService(command, (service) => service.call('datasets.verify', { id: namedDataset(id) }))
      if (command.optsWithGlobals<Globals>().json) return writeJson(dataset)
      writeOut(`${dataset.name} is whole: ${describe(dataset)}\n`)
    })
}

/** @throws WorkbenchError bad-input */
function namedDataset(name: string): DatasetId {
  const id = matchName(datasetIds, name)
  if (id === null)
    throw usageError(`There is no data set ${JSON.stringify(name)}. The data sets are ${datasetIds.join(', ')}.`)
  return id
}

function describe(dataset: DatasetSummary): string {
  return `${whole(dataset.train)} train and ${whole(dataset.test)} test images, ${contentOf(dataset)}.`
}

function contentOf({ synthetic, official, available }: DatasetSummary): string {
  if (synthetic) return 'synthetic: generated from a seed at run time'
  if (!available) return '–'
  return official === null ? 'checksums unknown' : official ? 'the official content' : 'not the official content'
}
