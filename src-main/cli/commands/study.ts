import type { Command } from 'commander'
import { canonicalJson } from '../../analysis/text/canonicalJson'
import { formatComparison } from '../../analysis/text/formats'
import { comparisonWords, costWords, goalWords, rowWords } from '../../analysis/text/moreSeedsWords'
import { archName } from '../../analysis/text/names'
import { manifestText } from '../../analysis/studies/manifest'
import { duration, percent } from '../../analysis/text/numbers'
import { presets } from '../../analysis/studies/presets'
import { dateTime } from '../../analysis/text/time'
import {
  archs,
  greatestSeed,
  mostRuns,
  quickStart,
  recipe,
  variants,
  type Arch,
  type StudyRequest,
  type Variant,
} from '../../contract/experiment'
import { endedStates, runStates } from '../../contract/runs/states'
import type { MoreSeeds } from '../../contract/studies/moreSeeds'
import type { StudySummary } from '../../contract/studies/studies'
import { WorkbenchError } from '../../contract/errors'
import { didYouMean, matchName } from '../../contract/typedNames'
import { withReader, withService } from '../client'
import { columns } from '../output/columns'
import { usageError } from '../output/failures'
import { Follower, mustBeDone } from '../output/follow'
import { addSections } from '../help'
import { findStudy } from '../lookup'
import { oneOrMoreOf, realNumber, variantList, wholeNumber, wholeNumbers } from '../options'
import { say, writeJson, writeOut } from '../output/output'
import { addTrainingFlags, checkedPlan, trainingFrom, type TrainingFlags } from '../plan'
import { tellPrecision } from '../precision'
import type { Service } from '../../service/app/service'
import type { Globals } from '../globals'

const preset = 'quick-start'

interface StudyFlags extends TrainingFlags {
  name?: string
  archs?: Arch[]
  variants?: Variant[]
  seeds?: number
  seedList?: number[]
}

export function addStudy(program: Command): void {
  const group = program.command('study').description('run studies: every network × variant × seed, all else equal')

  const run = group
    .command(`run [preset]`)
    .description('train a study and print its comparison: a ready one, its flags optional, or one of your own')
    .option('--name <text>', 'what the study is called')
    .option('--archs <list>', `networks, parted by commas: ${archs.join(', ')}`, oneOrMoreOf(archs))
    .option(
      '--variants <list>',
      `variants, parted by commas: ${variants.join(', ')}, mcnn(stage3.*+stem), mcnn-a@random, narrow(mcnn-a) … (default: baseline,mcnn-f,mcnn-l)`,
      variantList,
    )
    .option('--seeds <n>', 'how many seeds, from 1 (default: 3)', wholeNumber)
    .option('--seed-list <list>', `the seeds themselves, as 1,5,7, each from 0 to ${greatestSeed}`, wholeNumbers)
  addSections(addTrainingFlags(run, recipe, `; ${preset}: its own`), [
    { heading: 'Presets:', items: presets.map(({ id, hint }) => [id, hint] as const) },
    {
      heading: 'Examples:',
      items: [
        `$ mcnn study run ${preset}`,
        '$ mcnn study run how-deep --archs resnet-32 --seeds 5',
        '$ mcnn study run --name "Table I" --archs resnet-32,resnet-56,resnet-110 \\',
        '    --variants baseline,mcnn-f,mcnn-l --seeds 5',
      ],
    },
  ])
  run.action(async (which: string | undefined, flags: StudyFlags, self: Command) => {
    const json = self.optsWithGlobals<Globals>().json === true
    const plan = planFrom(which, flags)
    const follower = new Follower(json)
    const { runs, comparison } = await withService(
      self,
      async (service) => {
        await tellPrecision(service, plan)
        const { id } = await service.call('studies.create', { plan })
        if (json) writeJson({ event: 'study', id, name: plan.name })
        const ended = await follower.follow(service, id)
        return { runs: ended, comparison: await service.call('studies.compare', { id }) }
      },
      follower.listeners,
    )
    if (json) writeJson({ event: 'comparison', ...comparison })
    else writeOut(`\n${formatComparison(comparison, 'table')}`)
    mustBeDone(runs)
  })

  group
    .command('resume <study>')
    .description(
      'go on with what waits, was paused or interrupted of a study, or with all that was stopped; then print its comparison',
    )
    .action(async (name: string, _options: unknown, self: Command) => {
      const json = self.optsWithGlobals<Globals>().json === true
      const follower = new Follower(json)
      const { runs, comparison } = await withService(
        self,
        async (service) => {
          const { id } = await findStudy(service, name)
          await service.call('studies.resume', { id })
          const open = (await service.call('studies.get', { id })).runs.filter(
            (run) => !endedStates.includes(run.state),
          )
          if (open.length === 0)
            throw new WorkbenchError('conflict', `Nothing of the study ${id} can be resumed.`, {
              fix: '`mcnn runs list` shows its runs.',
            })
          const ended = await follower.follow(
            service,
            id,
            open.map((run) => run.id),
          )
          return { runs: ended, comparison: await service.call('studies.compare', { id }) }
        },
        follower.listeners,
      )
      if (json) writeJson({ event: 'comparison', ...comparison })
      else writeOut(`\n${formatComparison(comparison, 'table')}`)
      mustBeDone(runs)
    })

  group
    .command('extend <study>')
    .description('add the next seeds to a study with a plan, train them and print its comparison')
    .option('--seeds <n>', 'how many for each network and variant', wholeNumber)
    .option(
      '--until <points>',
      'as many as bring the 95 % interval of every difference under ± so many points, as now estimated',
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

  group
    .command('manifest <study>')
    .description('print the manifests of a study’s runs with its plan and seeds, as JSON')
    .action(async (name: string, _options: unknown, self: Command) => {
      const manifest = await withReader(self, async (service) =>
        service.call('publish.studyManifest', { id: (await findStudy(service, name)).id }),
      )
      if (self.optsWithGlobals<Globals>().json) writeOut(`${canonicalJson(manifest)}\n`)
      else writeOut(manifestText(manifest))
    })

  group
    .command('list')
    .description('list the studies, the newest first')
    .action(async (_options: unknown, self: Command) => {
      const studies = await withReader(self, (service) => service.call('studies.list', {}))
      if (self.optsWithGlobals<Globals>().json) return writeJson(studies)
      if (studies.length === 0) return writeOut(`No studies yet. \`mcnn study run ${preset}\` makes the first.\n`)
      writeOut(
        columns(
          ['Study', 'Name', 'Made', 'Runs', '>Progress', '>Left'],
          studies.map((study) => [
            study.id,
            study.name,
            dateTime(study.createdAt),
            countsOf(study),
            `${percent(study.progress, 0)} %`,
            duration(study.etaSeconds),
          ]),
        ),
      )
    })
}

interface ExtendFlags {
  seeds?: number
  until?: number
  paired?: boolean
  archs?: Arch[]
  variants?: Variant[]
  dryRun?: boolean
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

/** @throws WorkbenchError bad-input */
function planFrom(which: string | undefined, flags: StudyFlags): StudyRequest {
  const ids = presets.map(({ id }) => id)
  const named = which === undefined ? null : matchName(ids, which)
  const ready = which === undefined ? null : presets.find(({ id }) => id === named)
  if (ready === undefined)
    throw usageError(
      `There is no ready study ${JSON.stringify(which)}. ${didYouMean(ids, which ?? '')}There are ${ids.join(', ')}.`,
      'Give a study of your own its --name and --archs.',
    )
  const base = named === preset ? quickStart : (ready?.plan ?? null)
  if (flags.seeds !== undefined && flags.seedList) throw usageError('--seeds and --seed-list exclude each other.')
  if (flags.seeds !== undefined && (flags.seeds < 1 || flags.seeds > 100)) throw usageError('--seeds: from 1 to 100.')
  const name = flags.name ?? base?.name
  const nets = flags.archs ?? base?.archs
  if (name === undefined)
    throw usageError('A study needs its --name.', `Or run the built-in one: \`mcnn study run ${preset}\`.`)
  if (nets === undefined) throw usageError('A study needs its --archs.')
  const seeds = flags.seedList ?? (flags.seeds === undefined ? base?.seeds : firstSeeds(flags.seeds)) ?? firstSeeds(3)
  return checkedPlan(
    {
      name,
      archs: nets,
      variants: flags.variants ?? base?.variants ?? ['baseline', 'mcnn-f', 'mcnn-l'],
      seeds,
      training: trainingFrom(flags, base?.training ?? recipe),
    },
    flags.seedList ? { seeds: '--seed-list' } : {},
  )
}

function firstSeeds(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1)
}

/** '4 done, 1 failed of 6' */
function countsOf({ counts, total }: StudySummary): string {
  const parts = runStates.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${state}`)
  return `${parts.join(', ')} of ${total}`
}
