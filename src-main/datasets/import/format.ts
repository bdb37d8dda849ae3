/**
 * Examples as they are stored and hashed: the record layout of the official CIFAR binaries. A record is its label
 * bytes (1, or for cifar-100 the coarse and then the fine label) and 3,072 bytes R, G, B, each row by row.
 */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { WorkbenchError } from '../../contract/errors'
import { imageChannels, imageSize, type DatasetId } from '../../contract/experiment'
import { sha256Of } from '../../files/sha256'

export const side = imageSize
export const channels = imageChannels
const area = side * side
export const pixelBytes = area * channels

export interface Split {
  /** count × 32 × 32 × 3 bytes: rows of RGB pixels (HWC). */
  images: Uint8Array
  /** One class per image. */
  labels: Uint8Array
  count: number
}

export type SplitName = 'train' | 'test'
export const splitNames: readonly SplitName[] = ['train', 'test']

/** Consecutive records; the class is the last of a record's `labelBytes` label bytes. */
export interface Records {
  bytes: Uint8Array
  labelBytes: number
}

export function recordBytes(labelBytes: number): number {
  return labelBytes + pixelBytes
}

export function countRecords(records: Records): number {
  return records.bytes.length / recordBytes(records.labelBytes)
}

export function labelsOf(records: Records): Uint8Array {
  const size = recordBytes(records.labelBytes)
  const labels = new Uint8Array(countRecords(records))
  for (let i = 0; i < labels.length; i++) labels[i] = records.bytes[i * size + records.labelBytes - 1] as number
  return labels
}

/** Returns the records at these positions, in this order. */
export function selectRecords(records: Records, indices: Uint32Array): Records {
  const size = recordBytes(records.labelBytes)
  const bytes = new Uint8Array(indices.length * size)
  indices.forEach((index, i) => bytes.set(records.bytes.subarray(index * size, (index + 1) * size), i * size))
  return { bytes, labelBytes: records.labelBytes }
}

/** Interleaves one image's planes into rows of RGB pixels at `out[at]`. */
export function interleave(planes: Uint8Array, from: number, out: Uint8Array, at: number): void {
  for (let p = 0, o = at; p < area; p++, o += channels) {
    out[o] = planes[from + p] as number
    out[o + 1] = planes[from + area + p] as number
    out[o + 2] = planes[from + 2 * area + p] as number
  }
}

export function toSplit(records: Records): Split {
  const size = recordBytes(records.labelBytes)
  const count = countRecords(records)
  const images = new Uint8Array(count * pixelBytes)
  for (let i = 0; i < count; i++) interleave(records.bytes, i * size + records.labelBytes, images, i * pixelBytes)
  return { images, labels: labelsOf(records), count }
}

/**
 * Returns a hex digest, computed in slices so that the service stays responsive; SHA-256 of 184 MB takes half a second.
 */
export async function digest(algorithm: 'sha256' | 'md5', bytes: Uint8Array, signal?: AbortSignal): Promise<string> {
  const hash = createHash(algorithm)
  const slice = 8 << 20
  for (let at = 0; at < bytes.length; at += slice) {
    hash.update(bytes.subarray(at, at + slice))
    await setImmediate()
    throwIfCancelled(signal)
  }
  return hash.digest('hex')
}

interface Counted {
  count: number
  sha256: string
}

/** Returns an id of exactly these examples: SHA-256 over the sizes and SHA-256 sums of each split's records. */
export function fingerprintOf(id: DatasetId, train: Counted, test: Counted, validation: Counted | null = null): string {
  // Without a split the text is the same as before splits existed.
  const held = validation === null ? '' : `validation ${validation.count} ${validation.sha256}\n`
  const text = `mcnn-workbench data set 1\n${id}\ntrain ${train.count} ${train.sha256}\ntest ${test.count} ${test.sha256}\n${held}`
  return sha256Of(text)
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new WorkbenchError('cancelled', 'The import was cancelled; nothing was imported.')
}
