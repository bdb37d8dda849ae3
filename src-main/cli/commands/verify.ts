import type { Command } from 'commander'
import { duration, plural, whole } from '../../analysis/numbers'
import type { Verification } from '../../contract/publish'
import { findRun, withReader } from '../client'
import { Failed, usageError } from '../failures'
import { wholeNumber } from '../options'
import { writeJson, writeOut } from '../output'
import type { Globals } from '../program'
import { cancelled, WorkProgress } from '../progress'

interface VerifyFlags {
  steps?: number
  epochs?: number
}

export function addVerify(program: Command): void {
  program
    .command('verify <run>')
    .description('train a run again and say whether it comes out the same, bit for bit; nothing in the history changes')
    .option('--steps <n>', 'only its first n steps', wholeNumber)
    .option('--epochs <n>', 'only its first n epochs', wholeNumber)
    .addHelpText('after', '\nExit codes: 0 the same, 1 it differs or could not be trained again.')
    .action(async (name: string, { steps, epochs }: VerifyFlags, command: Command) => {
      if (steps !== undefined && epochs !== undefined) throw usageError('--steps and --epochs exclude each other.')
      if (steps === 0 || epochs === 0) throw usageError(`--${steps === 0 ? 'steps' : 'epochs'}: at least 1.`)
      const progress = new WorkProgress()
      const told = await withReader(
        command,
        async (service) => {
          const run = await findRun(service, name)
          return cancelled(service, 'verify', progress, () => service.call('publish.verify', { id: run.id, steps: steps ?? null, epochs: epochs ?? null }))
        },
        { 'work.progress': ({ phase, done, total }) => progress.update(phase, done, total) },
      )
      if (command.optsWithGlobals<Globals>().json) writeJson(told)
      else writeOut(page(told))
      if (!told.same) throw new Failed()
    })
}

function page({ runId, extent, epochs, steps, same, compared, differences, circumstances, remarks, seconds }: Verification): string {
  const first = (count: number, one: string): string => `its first ${count === 1 ? one : `${whole(count)} ${one}s`}`
  const what = extent === 'whole' ? `all ${plural(epochs, 'epoch')}` : extent === 'epochs' ? first(epochs, 'epoch') : first(steps, 'step')
  const held = `${plural(compared.steps, 'sampled step')}, ${plural(compared.epochs, 'epoch')}${compared.weights ? ' and the final weights' : ''}`
  const unexplained = circumstances.length === 0 && remarks.length === 0
  return [
    `${runId}: ${same ? 'the same, bit for bit' : 'it differs'} (${what} again, ${held} compared, in ${duration(seconds)}).`,
    ...differences.map((sentence) => `  ${sentence}`),
    ...(circumstances.length === 0 ? [] : [same ? 'Though this is otherwise than when it was trained:' : 'What is otherwise than when it was trained, and may explain it:', ...circumstances.map(({ what: name, then, now }) => `  ${name}: ${then} then, ${now} now`)]),
    ...remarks,
    ...(same || !unexplained ? [] : ['Nothing that is known of the machine or the program is otherwise: what was kept may have been changed, or a computation went wrong.']),
    '',
  ].join('\n')
}
