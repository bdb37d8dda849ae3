import type { Command } from 'commander'
import { formatComparison } from '../../../analysis/text/formats'
import { comparisonWords, costWords, goalWords, rowWords } from '../../../analysis/text/moreSeedsWords'
import { archName } from '../../../analysis/text/names'
import { WorkbenchError } from '../../../contract/errors'
import { archs, mostRuns, type Arch, type Variant } from '../../../contract/experiment'
import type { MoreSeeds } from '../../../contract/studies/moreSeeds'
import type { Service } from '../../../service/app/service'
import { withReader, withService } from '../../client'
import type { Globals } from '../../globals'
import { findStudy } from '../../lookup'
import { oneOrMoreOf, realNumber, variantList, wholeNumber } from '../../options'
import { usageError } from '../../output/failures'
import { Follower, mustBeDone } from '../../output/follow'
import { log, writeJson, writeOut } from '../../output/output'

interface ExtendFlags {
  seeds?: number
  until?: number
  paired?: boolean
  archs?: Arch[]
  variants?: Variant[]
  dryRun?: boolean
}

/** @param group the command `study` */
export function addStudyExtend(group: Command): void {
  group
    .command('extend <study>')
    .description('add the next seeds to a study with a plan, train them and print its comparison')
    .option('--seeds <n>', 'number of seeds to add per network and variant', wholeNumber)
    .option(
      '--until <points>',
      'add the estimated number of seeds that brings half of every 95 % interval under this many points',
      realNumber,
    )
    .option('--paired', 'with --until, use the interval of paired differences within seeds instead of Welch’s')
    .option('--archs <list>', 'only these networks of the plan', oneOrMoreOf(archs))
    .option('--variants <list>', 'only these variants of the plan (with --until, the baseline too)', variantList)
    .option('--dry-run', 'only print what would be added, and how long it would take')
    .addHelpText(
      'after',
      `
The comparison notes which seeds were added after results could be seen, because
the number of seeds was then not fixed in advance.

Examples:
  $ mcnn study extend table-1 --until 0.15 --dry-run
  $ mcnn study extend table-1 --seeds 2 --variants baseline,mcnn-f`,
    )
    .action(async (name: string, flags: ExtendFlags, self: Command) => {
      const json = self.optsWithGlobals<Globals>().json === true
      const { archs: nets = null, variants: kinds = null, until } = flags
      const want = wanted(flags)
      const estimateOf = async (service: Service): Promise<{ id: string; estimate: MoreSeeds }> => {
        const { id } = await findStudy(service, name)
        return { id, estimate: await service.call('studies.moreSeeds', { id, archs: nets, variants: kinds, want }) }
      }
      if (flags.dryRun) {
        const { estimate } = await withReader(self, estimateOf)
        if (json) return writeJson(estimate)
        return writeOut(
          `${estimateWords(estimate, until)}\n${estimate.problem === null ? '' : `${estimate.problem}\n`}`,
        )
      }
      const follower = new Follower(json)
      const done = await withService(
        self,
        async (service) => {
          const { id, estimate } = await estimateOf(service)
          if (estimate.problem !== null) throw new WorkbenchError('conflict', estimate.problem)
          if (!json) log(estimateWords(estimate, until))
          if (estimate.runs === 0) return { runs: null, after: estimate, comparison: null }
          const { runIds } = await service.call('studies.extend', {
            id,
            cells: estimate.cells,
            halfWidth: until ?? null,
          })
          if (json) writeJson({ event: 'study', id, runIds })
          const runs = await follower.follow(service, id, runIds)
          return {
            runs,
            after: (await estimateOf(service)).estimate,
            comparison: await service.call('studies.compare', { id }),
          }
        },
        follower.listeners,
      )
      if (json) {
        if (done.comparison) writeJson({ event: 'comparison', ...done.comparison })
        if (until !== undefined || done.runs === null) writeJson({ event: 'more', ...done.after })
      } else {
        if (done.comparison) writeOut(`\n${formatComparison(done.comparison, 'table')}`)
        if (until !== undefined)
          writeOut(`\n${goalWords(done.after, until)}${done.after.runs > 0 ? ` ${againWords(done.after)}` : ''}\n`)
      }
      if (done.runs) mustBeDone(done.runs)
    })
}

/** @throws WorkbenchError bad-input */
function wanted({ seeds, until, paired = false }: ExtendFlags): { seeds: number } | { until: number; paired: boolean } {
  if (seeds !== undefined && until !== undefined) throw usageError('--seeds and --until cannot be combined.')
  if (seeds !== undefined) {
    if (seeds < 1 || seeds > mostRuns) throw usageError(`--seeds must be from 1 to ${mostRuns}.`)
    if (paired) throw usageError('--paired needs --until.')
    return { seeds }
  }
  if (until === undefined) throw usageError('Give --seeds or --until.')
  if (!(until > 0 && until <= 100)) throw usageError('--until must be above 0 and at most 100 points.')
  return { until, paired }
}

/** Returns one line per network, then one per difference, then the cost. */
function estimateWords(estimate: MoreSeeds, until: number | undefined): string {
  return [
    ...estimate.rows.flatMap((row) => [
      `${archName(row.arch)}: ${rowWords(estimate, row)}`,
      ...row.comparisons.map((one) => `  ${comparisonWords(one)}`),
    ]),
    ...(estimate.runs > 0
      ? [`${costWords(estimate)}.`]
      : until !== undefined
        ? [goalWords(estimate, until), 'No seeds were added.']
        : []),
  ].join('\n')
}

function againWords(estimate: MoreSeeds): string {
  return `The new estimate is ${costWords(estimate)}: run the same command again to add them.`
}
