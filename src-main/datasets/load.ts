/** Loads data sets into memory for training. */
import { setImmediate } from 'node:timers/promises'
import { WorkbenchError } from '../contract/errors'
import { datasetSizes, type DatasetId } from '../contract/experiment'
import type { DatasetSummary } from '../contract/datasets'
import { fillBatch } from './batches'
import { cifarSpecs, type CifarSpec } from './catalog'
import {
  channels,
  countRecords,
  digest,
  fingerprintOf,
  interleave,
  labelsOf,
  pixelBytes,
  recordBytes,
  selectRecords,
  side,
  splitNames,
  toSplit,
  type Records,
  type Split,
  type SplitName,
} from './import/format'
import { cifarSummary, needManifest, readSplit, specOf, storedRecords, syntheticSummary, type Manifest } from './store'
import { balancedSubset, validationSplit } from './subset'
import { drawRecord, syntheticClasses, syntheticFingerprint, syntheticRecords } from './synthetic'

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

/** Exact, from the counts of the 256 values. */
export function channelStatistics(images: Uint8Array): Normalisation {
  const counts = new Float64Array(channels * 256)
  for (let i = 0; i < images.length; i += channels)
    for (let c = 0; c < channels; c++) {
      const bin = c * 256 + (images[i + c] as number)
      counts[bin] = (counts[bin] as number) + 1
    }
  return statisticsOf(counts, images.length / channels)
}

/** Per channel, for pixels scaled to 0..1: the normalisation of a run's images. */
export interface Normalisation {
  mean: [number, number, number]
  std: [number, number, number]
}

/** Records between two yields to other work. */
const recordsATime = 512

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

/** Statistics of all training images of a data set. */
export interface DatasetStatistics extends Normalisation {
  /** Number of images by class. */
  perClass: number[]
  /** [channel][value]: number of pixels with each of the 256 values. */
  histograms: number[][]
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
 * Augments an image as the first epochs of training do: by `fillBatch` itself, without the normalisation.
 * @param picture 3,072 bytes, rows of RGB pixels
 */
export function augmentedPictures(picture: Uint8Array, seed: number, draws: number): Uint8Array[] {
  const split: Split = { images: picture, labels: new Uint8Array(1), count: 1 }
  const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const
  const images = new Float32Array(pixelBytes)
  return Array.from({ length: draws }, (_, i) => {
    fillBatch({
      split,
      order: new Uint32Array(1),
      from: 0,
      count: 1,
      images,
      labels: new Int32Array(1),
      ...plain,
      augment: true,
      seed,
      epoch: i + 1,
    })
    return Uint8Array.from(images, (value) => Math.round(value * 255))
  })
}

/** Counts each of the 256 values, one channel after the other; yields to other work between records. */
async function valueCounts({ bytes, labelBytes }: Records): Promise<Float64Array> {
  const size = recordBytes(labelBytes)
  const counts = new Float64Array(channels * 256)
  const plane = pixelBytes / channels
  for (let record = 0; record * size < bytes.length; record++) {
    for (let p = 0; p < pixelBytes; p++) {
      const bin = Math.floor(p / plane) * 256 + (bytes[record * size + labelBytes + p] as number)
      counts[bin] = (counts[bin] as number) + 1
    }
    if (record % recordsATime === recordsATime - 1) await setImmediate()
  }
  return counts
}

function statisticsOf(counts: Float64Array, pixels: number): Normalisation {
  const of = (c: number): { mean: number; std: number } => {
    let sum = 0
    let squares = 0
    for (let v = 0; v < 256; v++) {
      const n = counts[c * 256 + v] as number
      sum += n * v
      squares += n * v * v
    }
    const mean = sum / pixels
    const variance = squares / pixels - mean * mean
    // A constant channel would divide by 0.
    return { mean: mean / 255, std: variance > 1e-9 ? Math.sqrt(variance) / 255 : 1 }
  }
  const [r, g, b] = [of(0), of(1), of(2)]
  return { mean: [r.mean, g.mean, b.mean], std: [r.std, g.std, b.std] }
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

/**
 * Returns the first images of each class in the training split, class by class: 3,072 bytes each, rows of RGB pixels.
 * @throws WorkbenchError not-found, bad-data
 */
export async function sampleImages(
  datasetsDir: string,
  id: DatasetId,
  perClass: number,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<{ label: number; pixels: Uint8Array }[]> {
  const spec = specOf(id, specs)
  const samples = spec ? await storedSamples(datasetsDir, spec, perClass) : syntheticSamples(perClass)
  return samples.flatMap((records, label) => records.map((record) => ({ label, pixels: pixelsOf(record) })))
}

/**
 * Returns test examples of a run by their position among all of its test examples: 3,072 bytes each, rows of RGB
 * pixels.
 * @throws WorkbenchError as `loadDataset`; RangeError for an invalid position
 */
export async function testImages(
  options: LoadOptions,
  places: readonly number[],
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<Uint8Array[]> {
  const spec = specOf(options.dataset, specs)
  if (!spec)
    return places.map((place) => {
      const record = new Uint8Array(recordBytes(1))
      drawRecord('test', place, record)
      return pixelsOf(record)
    })
  const all = await readSplit(options.datasetsDir, spec, await needManifest(options.datasetsDir, spec), 'test')
  const chosen = balancedSubset(labelsOf(all), options.testExamples, options.seed, 'test')
  const count = chosen?.length ?? countRecords(all)
  const wrong = places.find((place) => place >= count)
  if (wrong !== undefined) throw new RangeError(`There is no test example ${wrong} in ${count}.`)
  const size = recordBytes(all.labelBytes)
  const { bytes } = selectRecords(
    all,
    Uint32Array.from(places, (place) => chosen?.[place] ?? place),
  )
  return places.map((_, i) => pixelsOf(bytes.subarray(i * size, (i + 1) * size)))
}

/** Interleaves a record's planes into pixels. */
function pixelsOf(record: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(pixelBytes)
  interleave(record, record.length - pixelBytes, pixels, 0)
  return pixels
}

function syntheticSamples(perClass: number): Uint8Array[][] {
  return syntheticClasses.map((_, label) =>
    Array.from({ length: perClass }, (__, i) => {
      const record = new Uint8Array(recordBytes(1))
      drawRecord('train', label + i * syntheticClasses.length, record)
      return record
    }),
  )
}

async function storedSamples(datasetsDir: string, spec: CifarSpec, perClass: number): Promise<Uint8Array[][]> {
  const manifest = await needManifest(datasetsDir, spec)
  const found: Uint8Array[][] = spec.classes.map(() => [])
  let missing = perClass * found.length
  for await (const record of storedRecords(datasetsDir, manifest)) {
    const label = record[manifest.labelBytes - 1] as number
    const samples = found[label]
    if (samples && samples.length < perClass) {
      // Records share one buffer, and a Buffer's slice is not a copy.
      samples.push(Uint8Array.from(record))
      if (--missing === 0) break
    }
  }
  return found
}
