/** Computes the input of a layer of a trained network for one image. */
import { readFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { Activation } from '../../analysis/filters/convolution'
import { WorkbenchError } from '../../contract/errors'
import { datasetSizes, imageChannels, imageSize } from '../../contract/experiment'
import type { LayerInput } from '../../contract/models/filters'
import { loadNormalisation, normalisedPixels, type Normalisation } from '../../datasets'
import type { RunRecord } from '../../history/runs/runs'
import { convolutions, network } from '../../nn/architecture'
import { forward, type Weights } from '../../nn/forward'
import { decodeSafetensors } from '../../nn/safetensors'
import type { Context } from '../app/context'
import { weightsPath } from '../storage/dataDir'

/** Float32 numbers, little endian, as base64. */
export function base64Of(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64')
}

export class LayerInputs {
  readonly #context: Context
  /** By data set, size and (for a random subset) seed: each data set is read once. */
  readonly #normalisations = new Map<string, Promise<Normalisation>>()
  /** Network of the last requested run. */
  #weights: { file: string; sha256: string | null; values: Promise<Weights> } | null = null

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * @param picture rows of RGB bytes
   * @throws WorkbenchError not-found (no such layer; data set or weights missing), bad-data
   */
  async of(run: RunRecord, layer: string, picture: Uint8Array): Promise<LayerInput> {
    const { arch, variant, dataset, seed } = run.summary
    const spec = network(arch, variant, datasetSizes[dataset].classes, seed)
    const layers = convolutions(spec).map(({ name }) => name)
    if (!layers.includes(layer))
      throw new WorkbenchError('not-found', `${arch} has no layer ${layer}.`, { field: 'layer' })
    const { mean, std } = await this.#normalisation(run)
    const values = normalisedPixels(picture, mean, std)
    let input: Activation = { height: imageSize, width: imageSize, channels: imageChannels, values }
    if (layer !== layers[0]) {
      const weights = await this.#weightsOf(run)
      for (const step of forward(spec, weights, input)) {
        input = step.input
        if (step.layer.name === layer) break
        await setImmediate()
      }
    }
    return {
      height: input.height,
      width: input.width,
      channels: input.channels,
      values: base64Of(input.values),
      mean,
      std,
    }
  }

  #normalisation({ summary: { configId, seed } }: RunRecord): Promise<Normalisation> {
    const { dataset, trainExamples, validationExamples = null } = this.#context.history.configs.get(configId, seed)
    const key = `${dataset} ${trainExamples} ${validationExamples} ${trainExamples === null && validationExamples === null ? '' : seed}`
    const known = this.#normalisations.get(key)
    if (known) return known
    const asked = loadNormalisation({
      datasetsDir: this.#context.paths.datasets,
      dataset,
      trainExamples,
      validationExamples,
      seed,
    })
    this.#normalisations.set(key, asked)
    // A data set that is missing now may be imported later.
    asked.catch(() => this.#normalisations.delete(key))
    return asked
  }

  #weightsOf({ summary, weightsFile }: RunRecord): Promise<Weights> {
    if (weightsFile === null)
      throw new WorkbenchError(
        'not-found',
        'The weights of all layers are kept at a run’s end, and this run has none.',
        { fix: 'Choose the first layer, or a run that is done.' },
      )
    const file = weightsPath(this.#context.paths, summary.id, weightsFile)
    if (this.#weights?.file !== file || this.#weights.sha256 !== summary.weightsSha256) {
      const values = readFile(file).then(
        (bytes) => decodeSafetensors(bytes).tensors,
        (cause: unknown) => {
          throw new WorkbenchError(
            'not-found',
            'The weights file of this run cannot be read: it may have been moved or removed.',
            { cause },
          )
        },
      )
      this.#weights = { file, sha256: summary.weightsSha256, values }
      values.catch(() => (this.#weights = null))
    }
    return this.#weights.values
  }
}
