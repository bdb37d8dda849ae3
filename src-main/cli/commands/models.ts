import type { Command } from 'commander'
import { archName, variantName } from '../../analysis/names'
import { whole } from '../../analysis/numbers'
import { archs, variants } from '../../contract/experiment'
import { modelSummary } from '../../nn/architecture'
import { columns } from '../columns'
import { usageError } from '../failures'
import { wholeNumber } from '../options'
import { writeJson, writeOut } from '../output'
import type { Globals } from '../program'

export function addModels(program: Command): void {
  program
    .command('models')
    .description('list every network and variant with its trainable parameters, filters, multiplications and layers')
    .option('--classes <n>', 'classes that the networks tell apart', wholeNumber, 10)
    .action((options: { classes: number }, command: Command) => {
      if (options.classes < 2 || options.classes > 1000) throw usageError('--classes: from 2 to 1000.')
      const models = archs.flatMap((arch) => variants.map((variant) => modelSummary(arch, variant, options.classes)))
      if (command.optsWithGlobals<Globals>().json) return writeJson(models)
      writeOut(
        columns(
          ['Arch', 'Variant', '>Parameters', '>Filters', '>Multiplications', '>Multi-band layers'],
          models.map((model) => [
            archName(model.arch),
            variantName(model.variant),
            whole(model.trainableParameters),
            whole(model.trainableFilters),
            whole(model.multiplications),
            `${model.layers.filter((layer) => layer.multiband).length} of ${model.layers.length}`,
          ]),
        ),
      )
    })
}
