import type { Command } from 'commander'
import { duration } from '../../analysis/numbers'
import { archs, recipe, variants, type Arch, type Variant } from '../../contract/experiment'
import { withService } from '../client'
import { Follower, mustBeDone } from '../follow'
import { choice, wholeNumber } from '../options'
import { writeOut } from '../output'
import { addTrainingFlags, checkedPlan, trainingFrom, type TrainingFlags } from '../plan'
import { tellPrecision } from '../precision'
import { accuracyWords, runName } from '../progress'
import type { Globals } from '../program'

interface TrainFlags extends TrainingFlags {
  arch: Arch
  variant: Variant
  seed: number
  name?: string
}

export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train one run; with --json a line for the run, for each epoch and for its end')
    .addOption(choice('--arch <name>', 'the network', archs).makeOptionMandatory())
    .addOption(choice('--variant <name>', 'which convolutions are multi-band', variants).default('baseline'))
    .option('--seed <n>', 'of everything random', wholeNumber, 1)
    .option('--name <text>', 'the study that the run is filed under (default: one of its own)')
  addTrainingFlags(command, recipe).addHelpText(
    'after',
    `
Examples:
  $ mcnn train --arch resnet-8 --dataset synthetic --epochs 5
  $ mcnn train --arch resnet-20 --variant mcnn-f --dataset cifar-10 --epochs 2 --seed 1 --train-examples 10000 --json`,
  )
  command.action(async (flags: TrainFlags, self: Command) => {
    const json = self.optsWithGlobals<Globals>().json === true
    const training = trainingFrom(flags, recipe)
    const plan = checkedPlan(
      { name: flags.name ?? `Run on ${training.dataset}`, archs: [flags.arch], variants: [flags.variant], seeds: [flags.seed], training },
      { seeds: '--seed' },
    )
    const follower = new Follower(json)
    const runs = await withService(
      self,
      async (service) => {
        await tellPrecision(service, plan)
        const { id } = await service.call('studies.create', { plan })
        return follower.follow(service, id)
      },
      follower.listeners,
    )
    const [run] = runs
    if (!json && run?.state === 'done') writeOut(`${runName(run)}: ${accuracyWords(run)}, in ${duration(run.seconds)}. Run ${run.id}.\n`)
    mustBeDone(runs)
  })
}
