import path from 'node:path'
import type { Command } from 'commander'
import { datasetName } from '../../analysis/names'
import { whole } from '../../analysis/numbers'
import { datasetId, datasetIds } from '../../contract/experiment'
import type { DatasetSummary } from '../../contract/records'
import { withReader, withService } from '../client'
import { columns } from '../columns'
import { usageError } from '../failures'
import { onInterruption } from '../interruption'
import { writeJson, writeOut } from '../output'
import { WorkProgress } from '../progress'
import type { Globals } from '../program'

export function addDatasets(program: Command): void {
  const group = program.command('datasets').description('list, import and verify data sets')

  group
    .command('list')
    .description('list the data sets and whether they are there')
    .action(async (_options: unknown, command: Command) => {
      const datasets = await withReader(command, (service) => service.call('datasets.list', {}))
      if (command.optsWithGlobals<Globals>().json) return writeJson(datasets)
      writeOut(
        columns(
          ['Data set', 'Name', 'There', '>Train', '>Test', '>Classes', 'Content'],
          datasets.map((dataset) => [
            dataset.id,
            datasetName(dataset.id),
            dataset.available ? 'yes' : 'no: import it',
            whole(dataset.train),
            whole(dataset.test),
            whole(dataset.classes.length),
            contentOf(dataset),
          ]),
        ),
      )
    })

  group
    .command('import <path>')
    .description('import CIFAR-10 or CIFAR-100 from its official archive (binary or Python) or unpacked folder')
    .action(async (source: string, _options: unknown, command: Command) => {
      const progress = new WorkProgress()
      const dataset = await withService(
        command,
        async (service) => {
          const release = onInterruption(() => void service.call('datasets.cancelImport', {}).catch(() => undefined))
          try {
            return await service.call('datasets.import', { path: path.resolve(source) })
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
    .command('verify <id>')
    .description('read a data set again from end to end and compare it with its checksums')
    .action(async (id: string, _options: unknown, command: Command) => {
      const parsed = datasetId.safeParse(id)
      if (!parsed.success) throw usageError(`There is no data set ${JSON.stringify(id)}: they are ${datasetIds.join(', ')}.`)
      const dataset = await withService(command, (service) => service.call('datasets.verify', { id: parsed.data }))
      if (command.optsWithGlobals<Globals>().json) return writeJson(dataset)
      writeOut(`${dataset.name} is whole: ${describe(dataset)}\n`)
    })
}

function describe(dataset: DatasetSummary): string {
  return `${whole(dataset.train)} train and ${whole(dataset.test)} test pictures, ${contentOf(dataset)}.`
}

function contentOf({ synthetic, official, available }: DatasetSummary): string {
  if (synthetic) return 'synthetic: made at run time from a seed'
  if (!available) return '–'
  return official === null ? 'checksums unknown' : official ? 'the official content' : 'not the official content'
}
