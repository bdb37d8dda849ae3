/** Data sets in memory, as a run trains on them. */
import { WorkbenchError } from '../contract/errors'
import { datasetSizes, type DatasetId } from '../contract/experiment'
import type { DatasetSummary } from '../contract/records'
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
  splitNames,
  toSplit,
  type Records,
  type Split,
  type SplitName,
} from './format'
import { cifarSummary, needManifest, readSplit, specOf, storedRecords, syntheticSummary } from './store'
import { balancedSubset } from './subset'
import { drawRecord, syntheticClasses, syntheticFingerprint, syntheticRecords } from './synthetic'

export interface LoadedDataset {
  train: Split
  test: Split
  classes: string[]
  /** Names exactly these train and test examples: SHA-256 in hex over both splits' sizes and SHA-256 sums of their records. */
  fingerprint: string
  /** Per channel over the train split, of pixels scaled to 0..1. */
  mean: [number, number, number]
  /** Standard deviations of the population, likewise; 1 for a channel that never changes. */
  std: [number, number, number]
}

export interface LoadOptions {
  datasetsDir: string
  dataset: DatasetId
  /** A class-balanced subset chosen by the seed; null takes all. `synthetic` is drawn in any size, the same for every seed. */
  trainExamples: number | null
  testExamples: number | null
  seed: number
}

/**
 * Files are compared with the sums of their import first: wrong pictures would mean wrong numbers.
 * @throws WorkbenchError not-found (not imported), bad-data (damaged), bad-input (more synthetic examples than there are)
 */
export async function loadDataset(options: LoadOptions, specs: readonly CifarSpec[] = cifarSpecs): Promise<LoadedDataset> {
  const { dataset, trainExamples, testExamples } = options
  const spec = specOf(dataset, specs)
  const limits = { train: trainExamples, test: testExamples }
  const part = spec ? await imported(options, spec, limits) : await synthetic(limits)
  const train = toSplit(part.train.records)
  const sizes = {
    train: { count: train.count, sha256: part.train.sha256 },
    test: { count: countRecords(part.test.records), sha256: part.test.sha256 },
  }
  return {
    train,
    test: toSplit(part.test.records),
    classes: [...(spec?.classes ?? syntheticClasses)],
    fingerprint: fingerprintOf(dataset, sizes.train, sizes.test),
    ...channelStatistics(train.images),
  }
}

interface Loaded {
  records: Records
  sha256: string
}

async function imported(options: LoadOptions, spec: CifarSpec, limits: Record<SplitName, number | null>): Promise<Record<SplitName, Loaded>> {
  const manifest = await needManifest(options.datasetsDir, spec)
  const load = async (split: SplitName): Promise<Loaded> => {
    const all = await readSplit(options.datasetsDir, spec, manifest, split)
    const chosen = balancedSubset(labelsOf(all), limits[split], options.seed, split)
    if (!chosen) return { records: all, sha256: manifest[split].sha256 }
    const records = selectRecords(all, chosen)
    return { records, sha256: await digest('sha256', records.bytes) }
  }
  return { train: await load('train'), test: await load('test') }
}

async function synthetic(limits: Record<SplitName, number | null>): Promise<Record<SplitName, Loaded>> {
  const { train, test, maxTrain, maxTest } = datasetSizes.synthetic
  const draw = async (split: SplitName, count: number, max: number): Promise<Loaded> => {
    if (!Number.isInteger(count) || count < 1 || count > max)
      throw new WorkbenchError('bad-input', `The synthetic set has 1 to ${max} ${split} examples, not ${count}.`, { field: `${split}Examples` })
    const records = await syntheticRecords(split, count)
    return { records, sha256: await digest('sha256', records.bytes) }
  }
  return { train: await draw('train', limits.train ?? train, maxTrain), test: await draw('test', limits.test ?? test, maxTest) }
}

/** Exact, by counting how often each of the 256 values occurs. */
export function channelStatistics(images: Uint8Array): { mean: [number, number, number]; std: [number, number, number] } {
  const counts = new Float64Array(channels * 256)
  for (let i = 0; i < images.length; i += channels)
    for (let c = 0; c < channels; c++) {
      const bin = c * 256 + (images[i + c] as number)
      counts[bin] = (counts[bin] as number) + 1
    }
  const pixels = images.length / channels
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
export async function verifyDataset(datasetsDir: string, id: DatasetId, specs: readonly CifarSpec[] = cifarSpecs): Promise<DatasetSummary> {
  const spec = specOf(id, specs)
  if (spec) {
    const manifest = await needManifest(datasetsDir, spec)
    for (const split of splitNames) await readSplit(datasetsDir, spec, manifest, split)
    return cifarSummary(spec, manifest)
  }
  const drawn = await synthetic({ train: null, test: null })
  const [train, test] = [drawn.train, drawn.test].map((s) => ({ count: countRecords(s.records), sha256: s.sha256 }))
  if (!train || !test || fingerprintOf(id, train, test) !== syntheticFingerprint)
    throw new WorkbenchError('bad-data', 'The synthetic set comes out differently on this machine: its numbers do not compare with those of others.')
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
  return samples.flatMap((records, label) =>
    records.map((record) => ({ label, pixels: pixelsOf(record) })),
  )
}

/**
 * Test examples of a run by their place among all of its test examples: 3,072 bytes each, rows of RGB pixels.
 * @throws WorkbenchError as `loadDataset`; RangeError for a place that there is not
 */
export async function testImages(options: LoadOptions, places: readonly number[], specs: readonly CifarSpec[] = cifarSpecs): Promise<Uint8Array[]> {
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
  const { bytes } = selectRecords(all, Uint32Array.from(places, (place) => chosen?.[place] ?? place))
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
