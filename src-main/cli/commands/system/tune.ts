import path from 'node:path'
import type { Command } from 'commander'
import { textTable } from '../../../analysis/text/table'
import { parallelWords, threadsWords, tuningTable } from '../../../analysis/text/threads'
import { Failed } from '../../output/failures'
import { interruption, takeSignals } from '../../interruption'
import { log, writeJson, writeOut } from '../../output/output'
import type { Globals } from '../../globals'

export function addTune(program: Command): void {
  program
    .command('tune')
    .description(
      'measure which of TensorFlow’s thread counts train fastest on this machine and how many runs at the same time, and store them; exit code 1 if the measurement fails',
    )
    .option('--once', 'only thread counts, and only if this machine has not been measured yet')
    .action(async (options: { once?: true }, command: Command) => {
      takeSignals()
      const { tuneMachine } = await import('../../../service/machine/machineTuning')
      const entry = path.join(__dirname, 'trainer.js')
      const { tuning, threads } = await tuneMachine({
        trainerEntry: entry,
        once: options.once === true,
        log,
        signal: interruption,
      })
      const words = threadsWords(threads)
      if (command.optsWithGlobals<Globals>().json) writeJson({ tuning, threads, words })
      else {
        if (!('problem' in tuning)) writeOut(`${textTable(tuningTable(tuning))}\n`)
        writeOut(`${words}.\n`)
        const together = 'problem' in tuning ? null : parallelWords(tuning)
        if (together !== null) writeOut(`${together}\n`)
      }
      if ('problem' in tuning) {
        log(`mcnn: The thread counts were not measured: ${tuning.problem}.`)
        throw new Failed()
      }
    })
}
