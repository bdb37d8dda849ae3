/** For tests: networks with values like trained ones, and their descriptions. */
import { recipe, type Arch, type ExperimentConfig, type Variant } from '../contract/experiment'
import { network, type NetworkSpec } from '../nn/architecture'
import { forward, type Weights } from '../nn/forward'
import { random } from '../nn/random'
import { initialValues } from '../nn/network'
import type { PictureNorm } from '../nn/inference'
import type { About } from './about'

export const pictures: PictureNorm = { mean: [0.49, 0.48, 0.45], std: [0.25, 0.24, 0.26] }

/** Returns a network with kernels from a seed and normalisations other than ones and zeros. */
export function madeUp(arch: Arch, variant: Variant, classes = 10): { spec: NetworkSpec; weights: Weights } {
  const spec = network(arch, variant, classes)
  const rng = random(5, 'synthetic', 1)
  const valueOf = (name: string): (() => number) | null =>
    /norm\.(scale|variance)$/.test(name)
      ? () => 0.5 + Math.abs(rng.normal())
      : /norm\.|bias/.test(name)
        ? () => 0.3 * rng.normal()
        : null
  const weights = new Map(
    [...initialValues(spec, 3)].map(([name, values]) => {
      const drawn = valueOf(name)
      return [name, { values: drawn ? values.map(drawn) : values }]
    }),
  )
  return { spec, weights }
}

/** Returns images of noise: rows of RGB bytes, each 32 × 32 × 3. */
export function noise(count: number): Uint8Array[] {
  const rng = random(6, 'synthetic', 2)
  return Array.from({ length: count }, () => Uint8Array.from({ length: 3072 }, () => rng.int(0, 255)))
}

/** Returns the logits that plain TypeScript (`forward`) computes. */
export function logitsOf(
  spec: NetworkSpec,
  weights: Weights,
  { mean, std }: PictureNorm,
  picture: Uint8Array,
): Float32Array {
  const values = Float32Array.from(picture, (byte, i) => (byte / 255 - (mean[i % 3] ?? NaN)) / (std[i % 3] ?? NaN))
  const way = forward(spec, weights, { height: 32, width: 32, channels: 3, values })
  let next = way.next()
  while (!next.done) next = way.next()
  return next.value
}

/** Returns images as one tensor of raw numbers, channels first. */
export function channelsFirstBatch(all: readonly Uint8Array[]): Float32Array {
  const batch = new Float32Array(all.length * 3072)
  for (const [n, picture] of all.entries())
    for (const [i, byte] of picture.entries()) batch[n * 3072 + (i % 3) * 1024 + Math.floor(i / 3)] = byte
  return batch
}

export function aboutOf(arch: Arch, variant: Variant, classes = 10): About {
  const config: ExperimentConfig = { ...recipe, arch, variant, seed: 7 }
  return {
    program: '1.2.3',
    runId: 'made-up',
    studyName: 'Exports',
    config,
    dataset: config.dataset,
    pictures,
    weightsSha256: 'ab'.repeat(32),
    datasetFingerprint: null,
    testAccuracy: 0.9,
    classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
  }
}
