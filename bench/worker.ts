/**
 * A process with one contender of ours: warms up, then serves requests. With a folder, it exports its graph there
 * instead.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { loadTensorFlow } from '../src-main/graph/tensorflow'
import { recordedStep } from '../src-main/trainer/measurements/timedStep'
import { endWith, serveTimingRequests } from '../src-main/trainer/measurements/timingLoop'
import { watched } from './exported'
import { work, type Work } from './protocol'
import { stockStep } from './stockStep'

async function main(): Promise<void> {
  const [, , job = 'null', folder] = process.argv
  const asked = work.parse(JSON.parse(job))
  if (folder !== undefined) return await exportTo(folder, asked)
  const tensorflow = await loadTensorFlow()
  const step = asked.name === 'step' ? await recordedStep(tensorflow, asked) : stockStep(tensorflow.tf, asked)
  await serveTimingRequests(tensorflow, step, asked.warmUp)
}

async function exportTo(folder: string, asked: Work): Promise<void> {
  const tensorflow = await loadTensorFlow()
  const { watching, calls } = watched(tensorflow, folder)
  const step = await recordedStep(tensorflow, asked, watching)
  step()
  writeFileSync(path.join(folder, 'calls.json'), JSON.stringify({ version: tensorflow.binding.TF_Version, calls }))
}

endWith(main())
