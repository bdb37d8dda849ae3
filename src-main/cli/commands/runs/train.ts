import type { Command } from 'commander'
import { trainedWords } from '../../../analysis/text/timing'
import {
  archs,
  greatestSeed,
  namedBanks,
  recipe,
  variant as variantSchema,
  variantOfLayers,
  variants,
  type Arch,
  type StudyRequest,
  type TrainingConfig,
  type Variant,
} from '../../../contract/experiment'
import { withService } from '../../client'
import { usageError } from '../../output/failures'
import { Follower, mustBeDone } from '../../output/follow'
import { findStudyNamed } from '../../lookup'
import { choice, layerList, oneVariant, wholeNumber } from '../../options'
import { log, writeOut } from '../../output/output'
import { addTrainingFlags, checkedPlan, trainingFrom, withFlag, type TrainingFlags } from '../../plan'
import { reportPrecision } from '../../precision'
import { accuracyWords, runName } from '../../output/progress'
import type { Globals } from '../../globals'

interface TrainFlags extends TrainingFlags {
  arch: Arch
  variant?: Variant
  multiband?: string[]
  bank?: string
  seed: number
  name?: string
}

export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train one run; with --json, print one line for the run, one per epoch and one for its end')
    .addOption(choice('--arch <name>', 'the network', archs).makeOptionMandatory())
    .option(
      '--variant <name>',
      `which convolutions are multi-band: ${variants.join(', ')}, another bank such as mcnn-a@random, or the control narrow(mcnn-a) (default: baseline)`,
      oneVariant,
    )
    .option(
      '--multiband <layers>',
      'instead, exactly these convolutions, separated by commas; * matches any text, as in stem,stage3.*',
      layerList,
    )
    .option(
      '--bank <bank>',
      `bank for --multiband: ${namedBanks.join(', ')}, or sign masks such as +++++++++/+-+-+-+-+ (default: the paper’s four masks)`,
    )
    .option('--seed <n>', `seed of all randomness, from 0 to ${greatestSeed}`, wholeNumber, 1)
    .option(
      '--name <text>',
      'add the run to the study of this name, which is created if it does not exist (default: a study of its own)',
    )
  addTrainingFlags(command, recipe).addHelpText(
    'after',
    `
Examples:
  $ mcnn train --arch resnet-8 --dataset synthetic --epochs 5
  $ mcnn train --arch resnet-20 --variant mcnn-f --epochs 2 --seed 1 \\
      --train-examples 10000 --json
  $ mcnn train --arch resnet-20 --multiband 'stem,stage3.*' --bank rotations
  $ for s in 1 2 3; do mcnn train --name exp --arch resnet-20 --seed $s; done

A run that joins a study is trained as its runs are: what no flag sets has the
study's value, and a flag with another value is refused. A new --arch or
--variant joins the study. A seed that the study has already is refused.`,
  )
  command.action(async (flags: TrainFlags, self: Command) => {
    const json = self.optsWithGlobals<Globals>().json === true
    const variant = variantFrom(flags)
    const planLike = (defaults: TrainingConfig): StudyRequest => {
      const training = trainingFrom(flags, defaults)
      return checkedPlan(
        {
          name: flags.name ?? `Run on ${training.dataset}`,
          archs: [flags.arch],
          variants: [variant],
          seeds: [flags.seed],
          training,
        },
        { seeds: '--seed' },
      )
    }
    // Rejects bad input before opening anything.
    const ownPlan = planLike(recipe)
    const follower = new Follower(json)
    const runs = await withService(
      self,
      async (service) => {
        const study = flags.name === undefined ? null : await findStudyNamed(service, flags.name)
        const plan = study?.plan ? planLike(study.plan.training) : ownPlan
        await reportPrecision(service, plan)
        if (!study) return follower.follow(service, (await service.call('studies.create', { plan })).id)
        const { runId } = await service
          .call('studies.join', { id: study.id, arch: flags.arch, variant, seed: flags.seed, training: plan.training })
          .catch(withFlag)
        if (!json) log(`Added the run to the study ${study.id}.`)
        return follower.follow(service, study.id, [runId])
      },
      follower.listeners,
    )
    const [run] = runs
    if (!json && run?.state === 'done')
      writeOut(`${runName(run)}: ${accuracyWords(run)}, ${trainedWords(run)}. Run ${run.id}.\n`)
    mustBeDone(runs)
  })
}

function variantFrom({ variant, multiband, bank }: Pick<TrainFlags, 'variant' | 'multiband' | 'bank'>): Variant {
  if (variant !== undefined && multiband) throw usageError('--variant and --multiband cannot be combined.')
  if (bank !== undefined && !multiband)
    throw usageError(
      '--bank needs --multiband.',
      `With --variant, append the bank to the name: --variant ${variant ?? 'mcnn-f'}@${bank}.`,
    )
  if (!multiband) return variant ?? 'baseline'
  const parsed = variantSchema.safeParse(variantOfLayers(multiband, bank))
  if (!parsed.success)
    throw usageError(
      `--multiband ${multiband.join(',')}${bank === undefined ? '' : ` --bank ${bank}`}: unknown layers or bank.`,
      'Layers have names such as stem or stage3.block1.conv2, * matches any text; a bank has 2 to 8 masks of nine signs.',
    )
  return parsed.data
}
