/** Data sets in memory, as a run trains on them. */
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
  /** Held out of the training examples; null where nothing is. */
  validation: Split | null
  classes: string[]
  /** Names exactly these examples: SHA-256 in hex over each split's size and SHA-256 sum of its records. */
  fingerprint: string
  /** Per channel over what is trained on, of pixels scaled to 0..1. */
  mean: [number, number, number]
  /** Standard deviations of the population, likewise; 1 for a channel that never changes. */
  std: [number, number, number]
}

export interface LoadOptions {
  datasetsDir: string
  dataset: DatasetId
  /**
   * A class-balanced subset chosen by the seed; null takes all. `synthetic` is drawn in any size, the same for every
   * seed.
   */
  trainExamples: number | null
  testExamples: number | null
  /**
   * So many of the training examples are held out, balanced by class and chosen by the seed; null or missing holds
   * none.
   */
  validationExamples?: number | null | undefined
  seed: number
}

/**
 * Files are compared with the sums of their import first: wrong pictures would mean wrong numbers.
 * @throws WorkbenchError not-found (not imported), bad-data (damaged), bad-input (more synthetic examples than there
 *   are)
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

/** Parts training examples in those that are trained on and those that the best epoch is chosen on. */
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

/** Names of a set's classes, in the order of their labels; whether it is imported or not. */
export function classNames(dataset: DatasetId, specs: readonly CifarSpec[] = cifarSpecs): string[] {
  return [...(specOf(dataset, specs)?.classes ?? syntheticClasses)]
}

/** Exact, by counting how often each of the 256 values occurs. */
export function channelStatistics(images: Uint8Array): Normalisation {
  const counts = new Float64Array(channels * 256)
  for (let i = 0; i < images.length; i += channels)
    for (let c = 0; c < channels; c++) {
      const bin = c * 256 + (images[i + c] as number)
      counts[bin] = (counts[bin] as number) + 1
    }
  return statisticsOf(counts, images.length / channels)
}

/** Per channel, of pixels scaled to 0..1: what a run's pictures are normalised by. */
export interface Normalisation {
  mean: [number, number, number]
  std: [number, number, number]
}

/** Records between two looks at what else there is to do. */
const recordsATime = 512

/**
 * The mean and std of `loadDataset` alone, without the test split, for a process that has others to answer.
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

/** What the training pictures of a whole set are like. */
export interface DatasetStatistics extends Normalisation {
  /** Pictures by class. */
  perClass: number[]
  /** [channel][value]: how many pixels have it, of the 256 values. */
  histograms: number[][]
}

/** @throws WorkbenchError as `loadDataset` does */
export async function datasetStatistics(
  datasetsDir: string,
  dataset: DatasetId,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<DatasetStatistics> {
  // Of the whole set: no seed chooses anything.
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
 * A picture as training sees it in its first epochs: `fillBatch` itself, without the normalisation.
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

/** How often each of the 256 values occurs, one channel after the other; other work has its turn between records. */
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
    // A constant channel would divide by zero.
    return { mean: mean / 255, std: variance > 1e-9 ? Math.sqrt(variance) / 255 : 1 }
  }
  const [r, g, b] = [of(0), of(1), of(2)]
  return { mean: [r.mean, g.mean, b.mean], std: [r.std, g.std, b.std] }
}

/**
 * Reads everything again and compares it with the sums of the import; the built-in set is drawn and compared with what
 * it is known to be.
 * @throws WorkbenchError not-found, bad-data naming the file
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
      'The synthetic set comes out differently on this machine: its numbers do not compare with those of others.',
    )
  return syntheticSummary()
}

/**
 * The first pictures of each class in the train split, class by class: 3,072 bytes each, rows of RGB pixels.
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
 * Test examples of a run by their place among all of its test examples: 3,072 bytes each, rows of RGB pixels.
 * @throws WorkbenchError as `loadDataset`; RangeError for a place that there is not
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

/** A record's pixels, one after the other instead of in planes. */
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
      // Records come in one reused buffer, and a Buffer's slice is no copy.
      samples.push(Uint8Array.from(record))
      if (--missing === 0) break
    }
  }
  return found
}
