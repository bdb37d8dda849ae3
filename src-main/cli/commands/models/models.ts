import type { Command } from 'commander'
import { archName, variantName } from '../../../analysis/text/names'
import { whole } from '../../../analysis/text/numbers'
import { archs, variants, type Arch, type Variant } from '../../../contract/experiment'
import type { LayerSummary, ModelSummary } from '../../../contract/models/models'
import { modelSummary } from '../../../nn/architecture'
import { kernelShape } from '../../../nn/networkSpec'
import { columns } from '../../output/columns'
import { usageError } from '../../output/failures'
import { choice, oneVariant, wholeNumber } from '../../options'
import { writeJson, writeOut } from '../../output/output'
import type { Globals } from '../../globals'

interface ModelFlags {
  arch?: Arch
  variant?: Variant
  classes: number
}

export function addModels(program: Command): void {
  program
    .command('models')
    .description(
      'list every network and variant with its trainable parameters, filters, multiplications and layers; for one network and variant, list the layers',
    )
    .addOption(choice('--arch <name>', 'only this network', archs))
    .option(
      '--variant <name>',
      `only this variant: ${variants.join(', ')}, or an expression such as mcnn(stage3.*+stem)@random or narrow(mcnn-a)`,
      oneVariant,
    )
    .option('--classes <n>', 'number of classes', wholeNumber, 10)
    .action((flags: ModelFlags, command: Command) => {
      if (flags.classes < 2 || flags.classes > 1000) throw usageError('--classes must be from 2 to 1000.')
      const models = (flags.arch ? [flags.arch] : archs).flatMap((arch) =>
        (flags.variant ? [flags.variant] : variants).map((variant) => modelSummary(arch, variant, flags.classes)),
      )
      if (command.optsWithGlobals<Globals>().json) return writeJson(models)
      const [one] = models
      if (one && flags.arch && flags.variant) writeOut(layerTable(one))
      else writeOut(modelTable(models))
    })
}

function modelTable(models: readonly ModelSummary[]): string {
  return columns(
    ['Arch', 'Variant', '>Parameters', '>Filters', '>Multiplications', '>Multi-band layers'],
    models.map((model) => [
      archName(model.arch),
      variantName(model.variant),
      whole(model.trainableParameters),
      whole(model.trainableFilters),
      whole(model.multiplications),
      `${model.layers.filter((layer) => layer.multiband).length} of ${model.layers.length}`,
    ]),
  )
}

/** Lists every convolution under the name that --multiband and `mcnn filters` take, then the totals. */
function layerTable(model: ModelSummary): string {
  const rows = model.layers.map((layer) => [
    layer.name,
    `${layer.kernel.join(' × ')}${layer.groups > 1 ? ', depthwise' : ''}`,
    `${layer.in} → ${layer.out}`,
    whole(layer.stride),
    `${layer.size} × ${layer.size}`,
    filtersOf(layer),
    whole(kernelShape(layer).reduce((a, b) => a * b, 1)),
  ])
  return [
    columns(['Layer', 'Kernel', '>Channels', '>Stride', '>Gives', 'Trained filters', '>Weights'], rows),
    `${archName(model.arch)} ${variantName(model.variant)}: ${whole(model.trainableParameters)} trainable parameters (including batch norm and the dense layer), ${whole(model.trainableFilters)} trained filters, ${whole(model.multiplications)} multiplications per image.\n`,
  ].join('')
}

function filtersOf({ out, baseFilters, bank }: LayerSummary): string {
  return bank === null ? whole(out) : `${whole(baseFilters)}, ${bank.length} bands each`
}
