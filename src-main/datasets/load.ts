/** Loads data sets into memory for training. */
import { WorkbenchError } from '../contract/errors'
import { datasetSizes, type DatasetId } from '../contract/experiment'
import type { DatasetSummary } from '../contract/datasets/datasets'
import { cifarSpecs, type CifarSpec } from './catalog'
import {
  channels,
  countRecords,
  digest,
  fingerprintOf,
  labelsOf,
  selectRecords,
  side,
  splitNames,
  toSplit,
  type Records,
  type Split,
  type SplitName,
} from './import/format'
import { cifarSummary, needManifest, readSplit, specOf, syntheticSummary, type Manifest } from './store'
import { channelStatistics, statisticsOf, valueCounts, type DatasetStatistics, type Normalisation } from './statistics'
import { balancedSubset, validationSplit } from './subset'
import { syntheticClasses, syntheticFingerprint, syntheticRecords } from './synthetic'

export interface LoadedDataset {
  train: Split
  test: Split
  /** Examples held out of the training examples; null if there are none. */
  validation: Split | null
  classes: string[]
  /** Id of exactly these examples: hex SHA-256 over each split's size and the SHA-256 of its records. */
  fingerprint: string
  /** Per channel over the training examples, for pixels scaled to 0..1. */
  mean: [number, number, number]
  /** Population standard deviations, likewise; 1 for a constant channel. */
  std: [number, number, number]
}

export interface LoadOptions {
  datasetsDir: string
  dataset: DatasetId
  /**
   * A class-balanced subset chosen by the seed; null loads all. `synthetic` has any size, and the same examples for
   * every seed.
   */
  trainExamples: number | null
  testExamples: number | null
  /** Number of training examples to hold out, balanced by class and chosen by the seed; null or missing: none. */
  validationExamples?: number | null | undefined
  seed: number
}

/**
 * Compares the files with the checksums of their import first: wrong images would give wrong results.
 * @throws WorkbenchError not-found (not imported), bad-data (corrupt), bad-input (too many synthetic examples)
 */
export async function loadDataset(
  options: LoadOptions,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<LoadedDataset> {
  const { dataset, trainExamples, testExamples } = options
  const spec = specOf(dataset, specs)
  const limits = { train: trainExamples, test: testExamples }
  const part = spec ? await imported(options, spec, limits) : await synthetic(limits)
  const { rest, held } = await holdOut(part.train, options)
  const train = toSplit(rest.records)
  const counted = ({ records, sha256 }: Loaded): { count: number; sha256: string } => ({
    count: countRecords(records),
    sha256,
  })
  return {
    train,
    test: toSplit(part.test.records),
    validation: held && toSplit(held.records),
    classes: classNames(dataset, specs),
    fingerprint: fingerprintOf(dataset, counted(rest), counted(part.test), held && counted(held)),
    ...channelStatistics(train.images),
  }
}

interface Loaded {
  records: Records
  sha256: string
}

async function imported(
  options: LoadOptions,
  spec: CifarSpec,
  limits: Record<SplitName, number | null>,
): Promise<Record<SplitName, Loaded>> {
  const manifest = await needManifest(options.datasetsDir, spec)
  return {
    train: await importedSplit(options, spec, manifest, 'train', limits.train),
    test: await importedSplit(options, spec, manifest, 'test', limits.test),
  }
}

async function importedSplit(
  { datasetsDir, seed }: Pick<LoadOptions, 'datasetsDir' | 'seed'>,
  spec: CifarSpec,
  manifest: Manifest,
  split: SplitName,
  limit: number | null,
): Promise<Loaded> {
  const all = await readSplit(datasetsDir, spec, manifest, split)
  const chosen = balancedSubset(labelsOf(all), limit, seed, split)
  if (!chosen) return { records: all, sha256: manifest[split].sha256 }
  const records = selectRecords(all, chosen)
  return { records, sha256: await digest('sha256', records.bytes) }
}

/** Splits the training examples into those to train on and those to choose the best epoch on. */
async function holdOut(
  all: Loaded,
  { validationExamples, seed }: Pick<LoadOptions, 'validationExamples' | 'seed'>,
): Promise<{ rest: Loaded; held: Loaded | null }> {
  if (validationExamples === null || validationExamples === undefined) return { rest: all, held: null }
  const { held, rest } = validationSplit(labelsOf(all.records), validationExamples, seed)
  const part = async (chosen: Uint32Array): Promise<Loaded> => {
    const records = selectRecords(all.records, chosen)
    return { records, sha256: await digest('sha256', records.bytes) }
  }
  return { rest: await part(rest), held: await part(held) }
}

async function synthetic(limits: Record<SplitName, number | null>): Promise<Record<SplitName, Loaded>> {
  const { train, test, maxTrain, maxTest } = datasetSizes.synthetic
  const draw = async (split: SplitName, count: number, max: number): Promise<Loaded> => {
    if (!Number.isInteger(count) || count < 1 || count > max)
      throw new WorkbenchError('bad-input', `The synthetic set has 1 to ${max} ${split} examples, not ${count}.`, {
        field: `${split}Examples`,
      })
    const records = await syntheticRecords(split, count)
    return { records, sha256: await digest('sha256', records.bytes) }
  }
  return {
    train: await draw('train', limits.train ?? train, maxTrain),
    test: await draw('test', limits.test ?? test, maxTest),
  }
}

/** Returns the class names of a data set in the order of their labels, whether it is imported or not. */
export function classNames(dataset: DatasetId, specs: readonly CifarSpec[] = cifarSpecs): string[] {
  return [...(specOf(dataset, specs)?.classes ?? syntheticClasses)]
}

/**
 * Computes only the mean and std of `loadDataset`, without the test split, and yields to other calls.
 * @throws WorkbenchError as `loadDataset` does
 */
export async function loadNormalisation(
  options: Omit<LoadOptions, 'testExamples'>,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<Normalisation> {
  const records = await trainRecords(options, specs)
  return statisticsOf(await valueCounts(records), countRecords(records) * side * side)
}

async function trainRecords(options: Omit<LoadOptions, 'testExamples'>, specs: readonly CifarSpec[]): Promise<Records> {
  const spec = specOf(options.dataset, specs)
  const all = spec
    ? (
        await importedSplit(
          options,
          spec,
          await needManifest(options.datasetsDir, spec),
          'train',
          options.trainExamples,
        )
      ).records
    : await syntheticRecords('train', options.trainExamples ?? datasetSizes.synthetic.train)
  const { validationExamples, seed } = options
  return validationExamples === null || validationExamples === undefined
    ? all
    : selectRecords(all, validationSplit(labelsOf(all), validationExamples, seed).rest)
}

/** @throws WorkbenchError as `loadDataset` does */
export async function datasetStatistics(
  datasetsDir: string,
  dataset: DatasetId,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<DatasetStatistics> {
  // The complete set, so no seed is needed.
  const records = await trainRecords({ datasetsDir, dataset, trainExamples: null, seed: 0 }, specs)
  const counts = await valueCounts(records)
  const perClass = classNames(dataset, specs).map(() => 0)
  for (const label of labelsOf(records)) perClass[label] = (perClass[label] ?? 0) + 1
  return {
    ...statisticsOf(counts, countRecords(records) * side * side),
    perClass,
    histograms: Array.from({ length: channels }, (_, c) => [...counts.subarray(c * 256, (c + 1) * 256)]),
  }
}

/**
 * Reads all files again and compares them with the checksums of the import; the built-in data set is generated and
 * compared with its known fingerprint.
 * @throws WorkbenchError not-found, bad-data that names the file
 */
export async function verifyDataset(
  datasetsDir: string,
  id: DatasetId,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<DatasetSummary> {
  const spec = specOf(id, specs)
  if (spec) {
    const manifest = await needManifest(datasetsDir, spec)
    for (const split of splitNames) await readSplit(datasetsDir, spec, manifest, split)
    return cifarSummary(spec, manifest)
  }
  const drawn = await synthetic({ train: null, test: null })
  const [train, test] = [drawn.train, drawn.test].map((s) => ({ count: countRecords(s.records), sha256: s.sha256 }))
  if (!train || !test || fingerprintOf(id, train, test) !== syntheticFingerprint)
    throw new WorkbenchError(
      'bad-data',
      'The synthetic set is different on this machine: its results are not comparable with those of others.',
    )
  return syntheticSummary()
}
