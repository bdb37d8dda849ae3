/** A process with one contender of ours: warms up, then takes its turns. With a folder as well: exports its graph there. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { toErrorValue } from '../src-main/contract/errors'
import { loadTensorFlow } from '../src-main/graph/tensorflow'
import { probeDevice } from '../src-main/trainer/environment'
import { watched } from './exported'
import { turn, work, type Answer, type Work } from './protocol'
import { recordedStep, stockStep } from './steps'

async function main(): Promise<void> {
  const [, , job = 'null', folder] = process.argv
  const asked = work.parse(JSON.parse(job))
  if (folder !== undefined) return await exportTo(folder, asked)
  const tensorflow = await loadTensorFlow()
  const step = asked.name === 'step' ? await recordedStep(tensorflow, asked) : stockStep(tensorflow.tf, asked)
  for (let i = 0; i < asked.warmUp; i++) step()
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

async function exportTo(folder: string, asked: Work): Promise<void> {
  const tensorflow = await loadTensorFlow()
  const { watching, calls } = watched(tensorflow, folder)
  const step = await recordedStep(tensorflow, asked, watching)
  step()
  writeFileSync(path.join(folder, 'calls.json'), JSON.stringify({ version: tensorflow.binding.TF_Version, calls }))
}

function say(message: Answer): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.stdout.write(`${JSON.stringify({ error: toErrorValue(error).message } satisfies Answer)}\n`, () => process.exit(1))
  },
)
