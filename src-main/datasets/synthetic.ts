/**
 * The built-in data set: textures and shapes generated from a constant seed, for use before any download. Ten classes
 * differ in orientation and frequency (five textures) or in outline (five shapes); no mirror turns one into another.
 * Colours, contrast and its sign, position, scale, phase, angle, lighting, spots in front and noise have the same
 * distribution in every class, so that neither mean colours nor single pixels predict the class.
 */
import { setImmediate } from 'node:timers/promises'
import { random, type Random } from '../nn/random'
import { channels, pixelBytes, recordBytes, side, type Records, type SplitName } from './import/format'
import { between, faintGrating, patterns, spots } from './import/patterns'

/** Part of the data set's identity: another seed, or another algorithm, is another data set. */
const generatorSeed = 20190621

export const syntheticClasses: readonly string[] = patterns.map((pattern) => pattern.name)

/** `fingerprintOf` the default 4,000 and 1,000 examples; a test generates them and compares. */
export const syntheticFingerprint = '297b6343a80be304f260492ba54917589682b21361b7cb6ac136d2599772e38b'

const area = side * side
const labelBytes = 1

/** Generates the first `count` examples of a split. Example i is the same for every count; its class is i mod 10. */
export async function syntheticRecords(split: SplitName, count: number): Promise<Records> {
  const size = recordBytes(labelBytes)
  const bytes = new Uint8Array(count * size)
  for (let i = 0; i < count; i++) {
    drawRecord(split, i, bytes.subarray(i * size, (i + 1) * size))
    if (i % 64 === 63) await setImmediate()
  }
  return { bytes, labelBytes }
}

/** Generates example `index` of a split as one record: label, then the planes. */
export function drawRecord(split: SplitName, index: number, record: Uint8Array): void {
  const label = index % patterns.length
  const pattern = patterns[label]
  if (!pattern) throw new RangeError(`no class ${label}`)
  record[0] = label
  const rng = random(generatorSeed, 'synthetic', split === 'train' ? 0 : 1, index)
  paint(cover(pattern.draw(rng), rng), rng, record.subarray(labelBytes, labelBytes + pixelBytes))
}

/** Share of the foreground of each pixel: the pattern, a faint grating across it, and spots. */
function cover(pattern: (x: number, y: number) => number, rng: Random): Float64Array {
  const alpha = new Float64Array(area)
  const middle = (side - 1) / 2
  const grating = faintGrating(rng)
  for (let p = 0; p < area; p++) {
    const [x, y] = [(p % side) - middle, Math.floor(p / side) - middle]
    alpha[p] = pattern(x, y) + grating(x, y)
  }
  for (const spot of spots(rng)) {
    const reach = Math.ceil(spot.radius + 1)
    const [column, row] = [Math.round(spot.x + middle), Math.round(spot.y + middle)]
    for (let r = Math.max(0, row - reach); r <= Math.min(side - 1, row + reach); r++)
      for (let c = Math.max(0, column - reach); c <= Math.min(side - 1, column + reach); c++) {
        const inside = Math.max(
          0,
          Math.min(1, 0.5 + spot.radius - Math.hypot(c - middle - spot.x, r - middle - spot.y)),
        )
        const p = r * side + c
        alpha[p] = (alpha[p] as number) * (1 - inside) + spot.value * inside
      }
  }
  return alpha
}

/** Colours the foreground and background (either may be lighter), adds light from one side and noise. */
function paint(alpha: Float64Array, rng: Random, planes: Uint8Array): void {
  const contrast = between(rng, 34, 98) * (rng.int(0, 1) === 0 ? 1 : -1)
  const back: number[] = []
  const step: number[] = []
  for (let c = 0; c < channels; c++) {
    const middle = between(rng, 75, 180)
    step.push(contrast + between(rng, -38, 38))
    back.push(middle - (step[c] ?? 0) / 2)
  }
  const [lightX, lightY] = [between(rng, -1.6, 1.6), between(rng, -1.6, 1.6)]
  const noise = between(rng, 12, 40) / 1024
  for (let p = 0; p < area; p++) {
    const light = ((p % side) - side / 2) * lightX + (Math.floor(p / side) - side / 2) * lightY
    // One draw per pixel: ten bits of noise for each channel.
    let bits = rng.int(0, 0x3fffffff)
    for (let c = 0; c < channels; c++) {
      const grain = ((bits & 1023) - 511.5) * noise * 2
      bits >>>= 10
      const value = (back[c] as number) + (alpha[p] as number) * (step[c] as number) + light + grain
      planes[c * area + p] = value < 0 ? 0 : value > 255 ? 255 : Math.round(value)
    }
  }
}
