/** Steps that are timed in turns with other processes'. */
import { createInterface } from 'node:readline'
import { toErrorValue } from '../../contract/errors'
import { turn, type Answer, type TimedWork } from '../../contract/trainer/turns'
import { loadTensorFlow, type TensorFlow } from '../../graph/tensorflow'
import { probeDevice } from '../environment'
import { recordedStep, type Step } from './timedStep'

/** Warms up, says so, and takes turns until standard input ends. @param warmUp steps */
export async function takeTurns(tensorflow: TensorFlow, step: Step, warmUp: number): Promise<void> {
  for (let i = 0; i < warmUp; i++) step()
  const { version, device } = await probeDevice(tensorflow)
  say({ ready: { version, device } })
  for await (const line of createInterface({ input: process.stdin })) {
    const { untimed, timed } = turn.parse(JSON.parse(line))
    for (let i = 0; i < untimed; i++) step()
    let loss = NaN
    const ms = Array.from({ length: timed }, () => {
      const start = performance.now()
      loss = step()
      return performance.now() - start
    })
    // Numbers that are none take other times than numbers.
    if (!Number.isFinite(loss)) throw new Error(`Its loss became ${loss}.`)
    say({ ms })
  }
}

export async function takeTurnsAt(work: TimedWork): Promise<void> {
  const tensorflow = await loadTensorFlow()
  await takeTurns(tensorflow, await recordedStep(tensorflow, work), work.warmUp)
}

/** Ends this process when `work` has ended; a failure is the last thing it says. */
export function endWith(work: Promise<void>): void {
  work.then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      process.stdout.write(`${JSON.stringify({ error: toErrorValue(error).message } satisfies Answer)}\n`, () =>
        process.exit(1),
      )
    },
  )
}

function say(message: Answer): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
