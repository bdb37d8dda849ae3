import { Option, type Command } from 'commander'
import { duration, whole } from '../../../analysis/text/numbers'
import { sharedMachineWords, verdictText } from '../../../analysis/studies/verification'
import { remaining } from '../../../analysis/studies/verificationTime'
import { withReader } from '../../client'
import { Failed, usageError } from '../../output/failures'
import { findRun } from '../../lookup'
import { wholeNumber } from '../../options'
import { log, writeJson, writeOut } from '../../output/output'
import type { Globals } from '../../globals'
import { cancelled, ProgressLine } from '../../output/progress'

interface VerifyFlags {
  steps?: number
  epochs?: number
  parallel?: boolean
}

export function addVerify(program: Command): void {
  program
    .command('verify <run>')
    .description(
      'train a run again and report whether the result is identical, bit for bit; stored results do not change',
    )
    .option('--steps <n>', 'only its first n steps', wholeNumber)
    .option('--epochs <n>', 'only its first n epochs', wholeNumber)
    .option('--parallel', 'do not wait for a running run; both take longer')
    .addOption(new Option('--beside', 'former name of --parallel').implies({ parallel: true }).hideHelp())
    .addHelpText('after', '\nExit codes: 0 identical, 1 different or could not be trained again.')
    .action(async (name: string, { steps, epochs, parallel = false }: VerifyFlags, command: Command) => {
      if (steps !== undefined && epochs !== undefined) throw usageError('--steps and --epochs cannot be combined.')
      if (steps === 0 || epochs === 0) throw usageError(`--${steps === 0 ? 'steps' : 'epochs'} must be at least 1.`)
      const progress = new ProgressLine()
      const remainingSeconds = remaining()
      const verdict = await withReader(
        command,
        async (service) => {
          const run = await findRun(service, name)
          const { otherProgram } = await service.call('publish.verifiable', { id: run.id })
          if (otherProgram !== null) log(sharedMachineWords(otherProgram))
          return cancelled(service, 'verify', progress, () =>
            service.call('publish.verify', { id: run.id, steps: steps ?? null, epochs: epochs ?? null, parallel }),
          )
        },
        {
          'task.progress': ({ phase, done, total }) => {
            const left = remainingSeconds(done, total)
            progress.update(
              phase,
              done,
              total,
              total === 0
                ? ''
                : `${phase}: step ${whole(done)} of ${whole(total)}${left === null ? '' : `, ${duration(left)} left`}`,
            )
          },
        },
      )
      if (command.optsWithGlobals<Globals>().json) writeJson(verdict)
      else writeOut(verdictText(verdict))
      if (!verdict.same) throw new Failed()
    })
}
