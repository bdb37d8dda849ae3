import type { Command } from 'commander'
import { duration, whole } from '../../analysis/text/numbers'
import { remaining, verdictText } from '../../analysis/studies/verification'
import { withReader } from '../client'
import { Failed, usageError } from '../output/failures'
import { findRun } from '../lookup'
import { wholeNumber } from '../options'
import { writeJson, writeOut } from '../output/output'
import type { Globals } from '../globals'
import { cancelled, ProgressLine } from '../output/progress'

interface VerifyFlags {
  steps?: number
  epochs?: number
  beside?: boolean
}

export function addVerify(program: Command): void {
  program
    .command('verify <run>')
    .description(
      'train a run again and report whether the result is identical, bit for bit; no result in the history changes',
    )
    .option('--steps <n>', 'only its first n steps', wholeNumber)
    .option('--epochs <n>', 'only its first n epochs', wholeNumber)
    .option('--beside', 'do not wait for a running run: both take longer')
    .addHelpText('after', '\nExit codes: 0 the same, 1 it differs or could not be trained again.')
    .action(async (name: string, { steps, epochs, beside = false }: VerifyFlags, command: Command) => {
      if (steps !== undefined && epochs !== undefined) throw usageError('--steps and --epochs exclude each other.')
      if (steps === 0 || epochs === 0) throw usageError(`--${steps === 0 ? 'steps' : 'epochs'}: at least 1.`)
      const progress = new ProgressLine()
      const remainingSeconds = remaining()
      const told = await withReader(
        command,
        async (service) => {
          const run = await findRun(service, name)
          return cancelled(service, 'verify', progress, () =>
            service.call('publish.verify', { id: run.id, steps: steps ?? null, epochs: epochs ?? null, beside }),
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
      if (command.optsWithGlobals<Globals>().json) writeJson(told)
      else writeOut(verdictText(told))
      if (!told.same) throw new Failed()
    })
}
