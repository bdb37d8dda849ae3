import type { Command } from 'commander'
import { canonicalJson } from '../../../analysis/text/canonicalJson'
import { formatComparison } from '../../../analysis/text/formats'
import { manifestText } from '../../../analysis/studies/manifest'
import { duration, percent } from '../../../analysis/text/numbers'
import { presets } from '../../../analysis/studies/presets'
import { dateTime } from '../../../analysis/text/time'
import {
  archs,
  greatestSeed,
  quickStart,
  recipe,
  variants,
  type Arch,
  type StudyRequest,
  type Variant,
} from '../../../contract/experiment'
import { endedStates, runStates } from '../../../contract/runs/states'
import type { StudySummary } from '../../../contract/studies/studies'
import { WorkbenchError } from '../../../contract/errors'
import { didYouMean, matchName } from '../../../contract/typedNames'
import { withReader, withService } from '../../client'
import { columns } from '../../output/columns'
import { usageError } from '../../output/failures'
import { Follower, mustBeDone } from '../../output/follow'
import { addSections } from '../../help'
import { findStudy } from '../../lookup'
import { oneOrMoreOf, variantList, wholeNumber, wholeNumbers } from '../../options'
import { writeJson, writeOut } from '../../output/output'
import { addTrainingFlags, checkedPlan, trainingFrom, type TrainingFlags } from '../../plan'
import { reportPrecision } from '../../precision'
import type { Globals } from '../../globals'
import { addStudyCreate } from './studyCreate'
import { addStudyExtend } from './studyExtend'

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
    .description('train a study and print its comparison: a preset, changed by flags, or your own study')
    .option('--name <text>', 'name of the study')
    .option('--archs <list>', `networks, separated by commas: ${archs.join(', ')}`, oneOrMoreOf(archs))
    .option(
      '--variants <list>',
      `variants, separated by commas: ${variants.join(', ')}, mcnn(stage3.*+stem), mcnn-a@random, narrow(mcnn-a), … (default: baseline,mcnn-f,mcnn-l)`,
      variantList,
    )
    .option('--seeds <n>', 'number of seeds, counted from 1 (default: 3)', wholeNumber)
    .option('--seed-list <list>', `these seeds, such as 1,5,7, each from 0 to ${greatestSeed}`, wholeNumbers)
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
        await reportPrecision(service, plan)
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
      'resume the queued, paused and interrupted runs of a study, or else its stopped runs; then print its comparison',
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
            throw new WorkbenchError('conflict', `The study ${id} has no run that can be resumed.`, {
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

  addStudyCreate(group)
  addStudyExtend(group)

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
    .description('list studies, newest first')
    .action(async (_options: unknown, self: Command) => {
      const studies = await withReader(self, (service) => service.call('studies.list', {}))
      if (self.optsWithGlobals<Globals>().json) return writeJson(studies)
      if (studies.length === 0) return writeOut(`No studies yet. Start one with \`mcnn study run ${preset}\`.\n`)
      writeOut(
        columns(
          ['Study', 'Name', 'Created', 'Runs', '>Progress', '>Left'],
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

/** @throws WorkbenchError bad-input */
function planFrom(which: string | undefined, flags: StudyFlags): StudyRequest {
  const ids = presets.map(({ id }) => id)
  const named = which === undefined ? null : matchName(ids, which)
  const ready = which === undefined ? null : presets.find(({ id }) => id === named)
  if (ready === undefined)
    throw usageError(
      `There is no preset ${JSON.stringify(which)}. ${didYouMean(ids, which ?? '')}The presets are ${ids.join(', ')}.`,
      'For your own study, give --name and --archs.',
    )
  const base = named === preset ? quickStart : (ready?.plan ?? null)
  if (flags.seeds !== undefined && flags.seedList) throw usageError('--seeds and --seed-list cannot be combined.')
  if (flags.seeds !== undefined && (flags.seeds < 1 || flags.seeds > 100))
    throw usageError('--seeds must be from 1 to 100.')
  const name = flags.name ?? base?.name
  const nets = flags.archs ?? base?.archs
  if (name === undefined) throw usageError('A study needs --name.', `Or run a preset: \`mcnn study run ${preset}\`.`)
  if (nets === undefined) throw usageError('A study needs --archs.')
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
