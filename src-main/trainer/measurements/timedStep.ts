/** One training step of a run, on constant random data. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { imageChannels, imageSize } from '../../contract/experiment'
import type { TimingJob } from '../../contract/trainer/timing'
import type { TensorFlow } from '../../graph/tensorflow'
import { buildTrainingGraph } from '../../graph/training'
import { network } from '../../nn/architecture'
import { random } from '../../nn/random'
import { initialValues } from '../../nn/network'
import { tuneBanks } from './tuning'

export const classes = 10
export const learningRate = 0.1
export const momentum = 0.9
const weightDecay = 1e-4

/** Executes one step synchronously and returns the loss. */
export type Step = () => number

export function randomBatch(batch: number): { images: Float32Array; labels: Int32Array } {
  const rng = random(1, 'synthetic', batch)
  return {
    images: Float32Array.from({ length: batch * imageSize * imageSize * imageChannels }, rng.normal),
    labels: Int32Array.from({ length: batch }, () => rng.int(0, classes - 1)),
  }
}

/**
 * @param recording the recorder and runner of the graph, for callers that observe it; earlier measurements are not
 *   observed
 */
export async function recordedStep(
  tensorflow: TensorFlow,
  { arch, variant, precision, batch }: Omit<TimingJob, 'warmUp'>,
  recording = tensorflow,
): Promise<Step> {
  const spec = network(arch, variant, classes)
  // As in the trainer, but without storing the choice.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mcnn-tuning-'))
  const { bank } = await tuneBanks({
    tensorflow,
    spec,
    batchSize: batch,
    precision,
    program: 'bench',
    file: path.join(folder, 'tuning.json'),
  }).finally(() => rmSync(folder, { recursive: true, force: true }))
  const graph = buildTrainingGraph(recording, {
    spec,
    bank,
    batchSizes: [batch],
    momentum,
    weightDecay,
    precision,
    initial: initialValues(spec, 1),
  })
  const { images, labels } = randomBatch(batch)
  return () => graph.step(images, labels, learningRate).loss
}
