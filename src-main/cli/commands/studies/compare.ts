import type { Command } from 'commander'
import { comparisonFormats, formatComparison, type ComparisonFormat } from '../../../analysis/text/formats'
import { withReader } from '../../client'
import { usageError } from '../../output/failures'
import { findStudy } from '../../lookup'
import { choice } from '../../options'
import { writeJson, writeOut } from '../../output/output'
import type { Globals } from '../../globals'

export function addCompare(program: Command): void {
  program
    .command('compare <study>')
    .description('print the comparison of a study, given by its id or its name')
    .addOption(choice('--format <format>', 'output format (default: table)', comparisonFormats))
    .action(async (name: string, { format }: { format?: ComparisonFormat }, command: Command) => {
      const { json } = command.optsWithGlobals<Globals>()
      if (json && format !== undefined && format !== 'json')
        throw usageError(`--json and --format ${format} cannot be combined.`)
      const comparison = await withReader(command, async (service) => {
        const study = await findStudy(service, name)
        return service.call('studies.compare', { id: study.id })
      })
      if (json) writeJson(comparison)
      else writeOut(formatComparison(comparison, format ?? 'table'))
    })
}
