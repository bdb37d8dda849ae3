/** Statistics of images: what pixels are normalised by, and how often each value occurs. */
import { setImmediate } from 'node:timers/promises'
import { channels, pixelBytes, recordBytes, type Records } from './import/format'

/** Per channel, for pixels scaled to 0..1: the normalisation of a run's images. */
export interface Normalisation {
  mean: [number, number, number]
  std: [number, number, number]
}

/** Statistics of all training images of a data set. */
export interface DatasetStatistics extends Normalisation {
  /** Number of images by class. */
  perClass: number[]
  /** [channel][value]: number of pixels with each of the 256 values. */
  histograms: number[][]
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

/** Records between two yields to other work. */
const recordsATime = 512

/** Counts each of the 256 values, one channel after the other; yields to other work between records. */
export async function valueCounts({ bytes, labelBytes }: Records): Promise<Float64Array> {
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

export function statisticsOf(counts: Float64Array, pixels: number): Normalisation {
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
