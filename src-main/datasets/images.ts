/** Images of data sets for people: samples of each class, test examples, and augmented versions of one image. */
import type { DatasetId } from '../contract/experiment'
import { fillBatch } from './batches'
import { cifarSpecs, type CifarSpec } from './catalog'
import { countRecords, interleave, labelsOf, pixelBytes, recordBytes, selectRecords, type Split } from './import/format'
import type { LoadOptions } from './load'
import { needManifest, readSplit, specOf, storedRecords } from './store'
import { balancedSubset } from './subset'
import { drawRecord, syntheticClasses } from './synthetic'

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
