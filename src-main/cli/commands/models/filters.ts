import type { Command } from 'commander'
import { bankSvg } from '../../../analysis/filters/bankSvg'
import { fixed, whole } from '../../../analysis/text/numbers'
import { WorkbenchError } from '../../../contract/errors'
import { withReader } from '../../client'
import { columns } from '../../output/columns'
import { drawBank } from '../../drawBank'
import { usageError } from '../../output/failures'
import { findRun } from '../../lookup'
import { wholeNumber } from '../../options'
import { addOut, mustNotPromiseOther, writeTextOut, type OutFlags } from '../../output/out'
import { log, writeJson, writeOut } from '../../output/output'
import { runName } from '../../output/progress'
import type { Globals } from '../../globals'

interface FilterFlags extends Partial<OutFlags> {
  layer: string
  filter: number
  size: number
  epoch?: number
  channel?: number
  layers?: true
}

export function addFilters(program: Command): void {
  const command = program
    .command('filters <run>')
    .description('print a filter bank: its kernels and the magnitudes of their frequency responses')
    .option('--layer <name>', 'the convolution, such as stem or stage3.block1.conv2', 'stem')
    .option('--filter <n>', 'index of the base filter, from 0', wholeNumber, 0)
    .option('--size <n>', 'points per side of the response', wholeNumber, 64)
    .option('--epoch <n>', 'the epoch whose filters to print; 0 is before training (default: the newest)', wholeNumber)
    .option(
      '--channel <n>',
      'draw only this input channel (default: all three of the image; in deeper layers the strongest)',
      wholeNumber,
    )
    .option(
      '--layers',
      'instead, print for each convolution how much of the spectrum its filters cover and how similar they are',
    )
  addOut(command, '<file>', 'draw the bank to an SVG file', false).action(
    async (name: string, flags: FilterFlags, command: Command) => {
      if (flags.layers) return layerByLayer(command, name, flags.epoch)
      if (flags.out !== undefined) mustNotPromiseOther(flags.out, 'svg')
      if (flags.size < 8 || flags.size > 256) throw usageError('--size must be from 8 to 256.')
      const { run, bank } = await withReader(command, async (service) => {
        const found = await findRun(service, name)
        const { layer, filter, size, epoch = null } = flags
        return { run: found, bank: await service.call('filters.bank', { id: found.id, layer, filter, epoch, size }) }
      })
      const inputs = bank.banks[0]?.kernel[0]?.[0]?.length ?? 0
      if (flags.channel !== undefined && flags.channel >= inputs)
        throw usageError(`--channel: ${bank.layer} has ${inputs}, numbered from 0.`)
      const channels = flags.channel === undefined ? {} : { channels: [flags.channel] }
      if (flags.out !== undefined) {
        const { out, force } = flags
        const written = await writeTextOut(
          command,
          { out, ...(force && { force }) },
          bankSvg(bank, { subtitle: `${runName(run)} · ${run.id}`, ...channels }),
        )
        log(`Wrote the drawing to ${written}.`)
      }
      if (command.optsWithGlobals<Globals>().json) writeJson(bank)
      else if (flags.out === undefined) writeOut(drawBank(bank, flags.channel, process.stdout.columns))
    },
  )
}

/** Prints every stored epoch with --json, else the table of one epoch. */
async function layerByLayer(command: Command, name: string, epoch: number | undefined): Promise<void> {
  const { run, kept } = await withReader(command, async (service) => {
    const found = await findRun(service, name)
    return { run: found, kept: await service.call('filters.figures', { id: found.id }) }
  })
  if (command.optsWithGlobals<Globals>().json) return writeJson(kept)
  const at = epoch === undefined ? kept.at(-1) : kept.find((one) => one.epoch === epoch)
  if (!at)
    throw new WorkbenchError(
      'not-found',
      kept.length === 0
        ? `The run ${run.id} has no stored values of this kind.`
        : `The run ${run.id} has those of epochs ${kept.map((one) => one.epoch).join(', ')}.`,
    )
  writeOut(
    columns(
      ['Layer', '>Filters', '>Covered', '>Overlap', '>Mean |cos|', '>Effective rank'],
      at.layers.map(({ layer, figures }) => [
        layer,
        whole(figures?.filters ?? null),
        fixed(figures?.covered ?? null, 3),
        fixed(figures?.overlap ?? null, 3),
        fixed(figures?.cosine ?? null, 3),
        fixed(figures?.effectiveRank ?? null, 1),
      ]),
    ),
  )
  writeOut(`${runName(run)}, epoch ${at.epoch}; including derived filters.\n`)
}
