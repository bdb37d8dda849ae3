/** Times steps on request, so that several processes can be timed alternately. */
import { createInterface } from 'node:readline'
import { toErrorValue } from '../../contract/errors'
import { timingRequest, type TimingReply, type TimingJob } from '../../contract/trainer/timing'
import { loadTensorFlow, type TensorFlow } from '../../graph/tensorflow'
import { probeDevice } from '../environment'
import { recordedStep, type Step } from './timedStep'

/** Warms up, reports that, and serves requests until standard input ends. @param warmUp steps */
export async function serveTimingRequests(tensorflow: TensorFlow, step: Step, warmUp: number): Promise<void> {
  for (let i = 0; i < warmUp; i++) step()
  const { version, device } = await probeDevice(tensorflow)
  print({ ready: { version, device } })
  for await (const line of createInterface({ input: process.stdin })) {
    const { untimed, timed } = timingRequest.parse(JSON.parse(line))
    for (let i = 0; i < untimed; i++) step()
    let loss = NaN
    const ms = Array.from({ length: timed }, () => {
      const start = performance.now()
      loss = step()
      return performance.now() - start
    })
    // NaN arithmetic takes a different time.
    if (!Number.isFinite(loss)) throw new Error(`The loss became ${loss}.`)
    print({ ms })
  }
}

export async function runTimingJob(job: TimingJob): Promise<void> {
  const tensorflow = await loadTensorFlow()
  await serveTimingRequests(tensorflow, await recordedStep(tensorflow, job), job.warmUp)
}

/** Ends this process when `work` has ended. A failure is reported in the last line. */
export function endWith(work: Promise<void>): void {
  work.then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      process.stdout.write(`${JSON.stringify({ error: toErrorValue(error).message } satisfies TimingReply)}\n`, () =>
        process.exit(1),
      )
    },
  )
}

function print(message: TimingReply): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
