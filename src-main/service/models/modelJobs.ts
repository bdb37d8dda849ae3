/**
 * Tasks on a finished run's network, such as export and classification. They run in the model thread, because they take
 * up to a second.
 */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { WorkbenchError } from '../../contract/errors'
import { datasetSizes, imageChannels, imageSize, type ExperimentConfig } from '../../contract/experiment'
import { modelFormatFacts, type ModelFormat } from '../../contract/models/modelFormats'
import type { Classification, ExportedModel } from '../../contract/models/runModels'
import { loadNormalisation, normalisedPixels, type Normalisation } from '../../datasets'
import type { About } from '../../exports/about'
import { modelWriters } from '../../exports/registry'
import { checkOutput, writeOutput } from '../../files/outputFile'
import { checkOutputFolder, writeOutputFolder } from '../../files/outputFolder'
import { sha256Of } from '../../files/sha256'
import { network, type NetworkSpec } from '../../nn/architecture'
import { forward, type Weights } from '../../nn/forward'
import { inferenceOf, isFinite } from '../../nn/inference'
import { decodeSafetensors } from '../../nn/safetensors'
import { isReserved } from '../storage/dataDir'

/** Source of a network. */
export interface ModelSource {
  runId: string
  config: ExperimentConfig
  file: string
  sha256: string
  dataDir: string
  datasetsDir: string
}

export type ModelJob =
  | {
      kind: 'export'
      source: ModelSource
      about: Omit<About, 'pictures'>
      format: ModelFormat
      path: string
      force: boolean
    }
  | { kind: 'classify'; source: ModelSource; picture: Uint8Array; classes: string[]; top: number }

export interface ModelResults {
  export: ExportedModel
  classify: Classification
}

interface Model {
  spec: NetworkSpec
  weights: Weights
  pictures: Normalisation
}

/** Cache of the last network: a user who classifies one image often classifies another. */
let last: { key: string; model: Promise<Model> } | null = null

/**
 * @throws WorkbenchError not-found (no weights file, or a required data set is missing), bad-data (corrupt weights,
 *   diverged run), and as `writeOutput` and `writeOutputFolder` do
 */
export function doModelJob<J extends ModelJob>(job: J): Promise<ModelResults[J['kind']]>
export async function doModelJob(job: ModelJob): Promise<ModelResults[ModelJob['kind']]> {
  const model = await modelOf(job.source)
  return job.kind === 'export' ? exported(model, job) : classified(model, job)
}

function modelOf(source: ModelSource): Promise<Model> {
  const key = `${source.file} ${source.sha256}`
  if (last?.key === key) return last.model
  const model = load(source)
  last = { key, model }
  model.catch(() => (last = null))
  return model
}

async function load({ runId, config, file, sha256, datasetsDir }: ModelSource): Promise<Model> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new WorkbenchError(
      'not-found',
      `The weights of the run ${runId} cannot be read: the file may have been moved or removed.`,
      { fix: 'Re-run it: the same config and seed give the same weights.', field: 'id', cause },
    )
  })
  if (sha256Of(bytes) !== sha256)
    throw new WorkbenchError(
      'bad-data',
      `The weights of the run ${runId} are corrupt: their SHA-256 differs from the one in the history.`,
      { fix: 'Re-run it: the same config and seed give the same weights.', field: 'id' },
    )
  const { tensors, metadata } = decodeSafetensors(bytes)
  const { arch, variant, dataset, trainExamples, validationExamples, seed } = config
  // Runs of earlier versions have no recorded channel statistics: compute them from the training examples again.
  const pictures =
    notedNormalisation(metadata) ??
    (await loadNormalisation({ datasetsDir, dataset, trainExamples, validationExamples, seed }))
  return { spec: network(arch, variant, datasetSizes[dataset].classes, seed), weights: tensors, pictures }
}

const channels = z.tuple([z.number(), z.number(), z.number()])

/** Metadata that the trainer wrote with the weights (`trainer/variables.ts`). */
function notedNormalisation({ mean, std }: Record<string, string>): Normalisation | null {
  if (mean === undefined || std === undefined) return null
  const damaged = new WorkbenchError(
    'bad-data',
    'The weights file is corrupt: the mean and standard deviation of its images cannot be read.',
  )
  try {
    return { mean: channels.parse(JSON.parse(mean)), std: channels.parse(JSON.parse(std)) }
  } catch {
    throw damaged
  }
}

async function exported(
  { spec, weights, pictures }: Model,
  { about: facts, format, path, force, source }: Extract<ModelJob, { kind: 'export' }>,
): Promise<ExportedModel> {
  const folder = { what: modelFormatFacts[format].name, overwrite: force }
  const file = { overwrite: force, isReserved: (target: string) => isReserved(source.dataDir, target) }
  await (modelFormatFacts[format].isFolder ? checkOutputFolder(path, folder) : checkOutput(path, file))
  const operations = inferenceOf(spec, weights, pictures)
  if (!isFinite(operations)) throw diverged(source.runId)
  const about: About = { ...facts, pictures }
  const output = modelWriters[format](operations, about)
  if (!(output instanceof Uint8Array)) {
    const { kept } = await writeOutputFolder(path, output, folder)
    return {
      format,
      path,
      bytes: [...output.values()].reduce((sum, bytes) => sum + bytes.length, 0),
      sha256: null,
      kept,
    }
  }
  await writeOutput(path, output, file)
  return { format, path, bytes: output.length, sha256: sha256Of(output), kept: [] }
}

function classified(
  { spec, weights, pictures: { mean, std } }: Model,
  { picture, classes, top, source }: Extract<ModelJob, { kind: 'classify' }>,
): Classification {
  const values = normalisedPixels(picture, mean, std)
  const way = forward(spec, weights, { height: imageSize, width: imageSize, channels: imageChannels, values })
  let next = way.next()
  while (!next.done) next = way.next()
  const logits = next.value
  if (!logits.every(Number.isFinite)) throw diverged(source.runId)
  const probabilities = softmax(logits)
  const ranked = [...probabilities.keys()].sort(
    (a, b) => (probabilities[b] as number) - (probabilities[a] as number) || a - b,
  )
  return {
    classes: logits.length,
    top: ranked
      .slice(0, top)
      .map((label) => ({ label, name: classes[label] ?? String(label), probability: probabilities[label] as number })),
  }
}

/** Softmax. Subtracting the greatest logit avoids overflow. */
export function softmax(logits: Float32Array): number[] {
  const greatest = Math.max(...logits)
  const powers = Array.from(logits, (logit) => Math.exp(logit - greatest))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}

function diverged(runId: string): WorkbenchError {
  return new WorkbenchError(
    'bad-data',
    `The network of the run ${runId} has numbers that are not finite and cannot classify images.`,
    { fix: 'Train it again with a smaller learning rate.', field: 'id' },
  )
}
