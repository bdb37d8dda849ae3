import type { Command } from 'commander'
import { formatComparison } from '../../analysis/text/formats'
import { comparisonWords, costWords, goalWords, rowWords } from '../../analysis/text/moreSeedsWords'
import { archName } from '../../analysis/text/names'
import { WorkbenchError } from '../../contract/errors'
import { archs, mostRuns, type Arch, type Variant } from '../../contract/experiment'
import type { MoreSeeds } from '../../contract/studies/moreSeeds'
import type { Service } from '../../service/app/service'
import { withReader, withService } from '../client'
import type { Globals } from '../globals'
import { findStudy } from '../lookup'
import { oneOrMoreOf, realNumber, variantList, wholeNumber } from '../options'
import { usageError } from '../output/failures'
import { Follower, mustBeDone } from '../output/follow'
import { say, writeJson, writeOut } from '../output/output'

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
    .option('--seeds <n>', 'how many for each network and variant', wholeNumber)
    .option(
      '--until <points>',
      'as many as bring half the 95 % interval of every difference under this many points, as now estimated',
      realNumber,
    )
    .option('--paired', 'the interval of differences within seeds instead of Welch’s, with --until')
    .option('--archs <list>', 'only these networks of the plan', oneOrMoreOf(archs))
    .option('--variants <list>', 'only these variants of the plan (with --until, the baseline too)', variantList)
    .option('--dry-run', 'only say what would be added, and how long it would take')
    .addHelpText(
      'after',
      `
The comparison says which seeds were added after results could be seen, because
that is no design fixed beforehand.

Examples:
  $ mcnn study extend table-1 --until 0.15 --dry-run
  $ mcnn study extend table-1 --seeds 2 --variants baseline,mcnn-f`,
    )
    .action(async (name: string, flags: ExtendFlags, self: Command) => {
      const json = self.optsWithGlobals<Globals>().json === true
      const { archs: nets = null, variants: kinds = null, until } = flags
      const want = wanted(flags)
      const ask = async (service: Service): Promise<{ id: string; told: MoreSeeds }> => {
        const { id } = await findStudy(service, name)
        return { id, told: await service.call('studies.moreSeeds', { id, archs: nets, variants: kinds, want }) }
      }
      if (flags.dryRun) {
        const { told } = await withReader(self, ask)
        if (json) return writeJson(told)
        return writeOut(`${moreWords(told, until)}\n${told.problem === null ? '' : `${told.problem}\n`}`)
      }
      const follower = new Follower(json)
      const done = await withService(
        self,
        async (service) => {
          const { id, told } = await ask(service)
          if (told.problem !== null) throw new WorkbenchError('conflict', told.problem)
          if (!json) say(moreWords(told, until))
          if (told.runs === 0) return { runs: null, after: told, comparison: null }
          const { runIds } = await service.call('studies.extend', { id, cells: told.cells, halfWidth: until ?? null })
          if (json) writeJson({ event: 'study', id, runIds })
          const runs = await follower.follow(service, id, runIds)
          return { runs, after: (await ask(service)).told, comparison: await service.call('studies.compare', { id }) }
        },
        follower.listeners,
      )
      if (json) {
        if (done.comparison) writeJson({ event: 'comparison', ...done.comparison })
        if (until !== undefined || done.runs === null) writeJson({ event: 'more', ...done.after })
      } else {
        if (done.comparison) writeOut(`\n${formatComparison(done.comparison, 'table')}`)
        if (until !== undefined)
          writeOut(`\n${goalWords(done.after, until)}${done.after.runs > 0 ? ` ${moreAgain(done.after)}` : ''}\n`)
      }
      if (done.runs) mustBeDone(done.runs)
    })
}

/** @throws WorkbenchError bad-input */
function wanted({ seeds, until, paired = false }: ExtendFlags): { seeds: number } | { until: number; paired: boolean } {
  if (seeds !== undefined && until !== undefined) throw usageError('--seeds and --until exclude each other.')
  if (seeds !== undefined) {
    if (seeds < 1 || seeds > mostRuns) throw usageError(`--seeds: from 1 to ${mostRuns}.`)
    if (paired) throw usageError('--paired needs --until.')
    return { seeds }
  }
  if (until === undefined) throw usageError('How many seeds? Give --seeds or --until.')
  if (!(until > 0 && until <= 100)) throw usageError('--until: above 0, at most 100 points.')
  return { until, paired }
}

/** A line a network, lines of its differences below it, and what it costs. */
function moreWords(told: MoreSeeds, until: number | undefined): string {
  return [
    ...told.rows.flatMap((row) => [
      `${archName(row.arch)}: ${rowWords(told, row)}`,
      ...row.comparisons.map((one) => `  ${comparisonWords(one)}`),
    ]),
    ...(told.runs > 0
      ? [`${costWords(told)}.`]
      : until !== undefined
        ? [goalWords(told, until), 'Nothing is added.']
        : []),
  ].join('\n')
}

function moreAgain(told: MoreSeeds): string {
  return `As now estimated it takes ${costWords(told)}: the same command adds them.`
}
