/** Checkpoints that anyone may have put into a run's folder, with a right or wrong checksum in the name. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import type { ExperimentConfig } from '../../contract/experiment'
import { sha256Of } from '../../files/sha256'
import { encodeSafetensors } from '../../nn/safetensors'
import { fuzz } from '../../testing/fuzz'
import { mutatedBytes } from '../../testing/mutatedBytes'
import { mutatedJsonText } from '../../testing/mutatedJson'
import { Checkpoints, position, type Position } from './checkpoint'
import { quickStart } from '../../contract/experiment'

const config: ExperimentConfig = { arch: 'resnet-8', variant: 'mcnn-f', seed: 1, ...quickStart.training }
const at: Position = {
  epoch: 2,
  seen: 64,
  lossSum: 120.5,
  correct: 7,
  step: 9,
  sampledStep: 8,
  trainErrors: [0.7],
  milliseconds: { active: 1.5, waited: 0, cpu: 2 },
  best: { accuracy: 0.4, step: 5 },
}
const expected = new Map([
  ['stem.kernel', 54],
  ['stem.kernel.velocity', 54],
  ['dense.bias', 10],
])

function fileOf(metadata: Record<string, string>): Buffer {
  const tensors = [...expected].map(([name, length]) => ({
    name,
    shape: [length],
    values: new Float32Array(length).fill(0.5),
  }))
  return Buffer.from(encodeSafetensors(tensors, metadata))
}
const good = {
  position: JSON.stringify(at),
  config: JSON.stringify(config),
  computedBy: 'TensorFlow',
  datasetFingerprint: 'f',
}

/** Its bytes, and whether its name has the right checksum. */
fuzz<[Buffer, boolean]>('checkpoints of runs', (folder) => {
  const run = path.join(folder, 'run')
  mkdirSync(run)
  const checkpoints = new Checkpoints(run, config, expected)
  const content = fc.oneof(
    mutatedBytes([fileOf(good)]),
    mutatedJsonText([at]).map((text) => fileOf({ ...good, position: text })),
    mutatedJsonText([config]).map((text) => fileOf({ ...good, config: text })),
    mutatedJsonText([good]).map((text) => fileOf(metadataOf(text))),
  )
  return {
    inputs: fc.tuple(
      content,
      fc.nat(9).map((n) => n > 0),
    ),
    run: async ([bytes, named]) => {
      const file = path.join(
        run,
        `checkpoint-${String(at.step).padStart(10, '0')}-${named ? sha256Of(bytes) : 'a'.repeat(64)}.safetensors`,
      )
      writeFileSync(file, bytes)
      const reasons: string[] = []
      const found = await checkpoints.newest(
        () => true,
        (why) => reasons.push(why),
      )
      rmSync(file)
      if (!found) {
        if (reasons.length !== 1) throw new Error(`skipped with ${reasons.length} words`)
        return 'rejected'
      }
      if (!named) throw new Error('taken in spite of its name')
      if (!position.safeParse(found.at).success) throw new Error('a place that is none')
      for (const [name, length] of expected)
        if (found.variables.get(name)?.length !== length) throw new Error(`${name} is not what the network has`)
      if (found.variables.size !== expected.size) throw new Error('more than the network has')
      return 'accepted'
    },
  }
})

/** The text if it is an object of texts; else the valid metadata with the text in one field. */
function metadataOf(text: string): Record<string, string> {
  try {
    const parsed: unknown = JSON.parse(text)
    if (parsed !== null && typeof parsed === 'object')
      return Object.fromEntries(
        Object.entries(parsed).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      )
  } catch {
    // Not even JSON.
  }
  return { ...good, computedBy: text }
}
