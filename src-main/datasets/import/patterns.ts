/**
 * Shapes of the built-in data set: five textures and five outlines, each of random scale, position, phase and angle.
 */
import type { Random } from '../../nn/random'
import { side } from './format'

/** Share of the foreground at a point, 0 to 1. x points right and y down, in pixels from the centre. */
export type Pattern = (x: number, y: number) => number

const degree = Math.PI / 180

export const patterns: { name: string; draw: (rng: Random) => Pattern }[] = [
  { name: 'vertical grating', draw: (rng) => texture(rng, 0, (u) => u) },
  { name: 'horizontal grating', draw: (rng) => texture(rng, 90, (u) => u) },
  // A mirror swaps the diagonals, so both are one class.
  { name: 'diagonal grating', draw: (rng) => texture(rng, rng.int(0, 1) === 0 ? 45 : 135, (u) => u) },
  { name: 'checkerboard', draw: (rng) => texture(rng, 0, (u, v) => u * v) },
  { name: 'plaid', draw: (rng) => texture(rng, 0, (u, v) => (u + v) / 2) },
  { name: 'disc', draw: (rng) => shape(rng, 180, (x, y, r) => Math.hypot(x, y) - r) },
  { name: 'ring', draw: (rng) => shape(rng, 180, (x, y, r) => Math.abs(Math.hypot(x, y) - r * 0.85) - r * 0.22) },
  { name: 'square', draw: (rng) => shape(rng, 15, (x, y, r) => Math.max(Math.abs(x), Math.abs(y)) - r * 0.9) },
  {
    name: 'cross',
    draw: (rng) =>
      shape(rng, 24, (x, y, r) => {
        const [far, near] = Math.abs(x) > Math.abs(y) ? [Math.abs(x), Math.abs(y)] : [Math.abs(y), Math.abs(x)]
        return Math.max(far - r * 1.1, near - r * 0.32)
      }),
  },
  // Distance to the nearest of three sides, each r/2 from the centre.
  {
    name: 'triangle',
    draw: (rng) => shape(rng, 18, (x, y, r) => Math.max(y, Math.abs(x) * Math.sin(60 * degree) - y * 0.5) - r * 0.62),
  },
]

/** Uniform in [from, to). */
export function between(rng: Random, from: number, to: number): number {
  return from + (to - from) * rng.uniform()
}

/** Two combined waves at right angles; sine or square, faded out away from a point. Periods of 2.6 to 9 pixels. */
function texture(rng: Random, angle: number, combine: (u: number, v: number) => number): Pattern {
  const turn = (angle + between(rng, -11, 11)) * degree
  const frequency = (2 * Math.PI) / (2.6 * (9 / 2.6) ** rng.uniform())
  const cos = Math.cos(turn) * frequency
  const sin = Math.sin(turn) * frequency
  const phaseU = between(rng, 0, 2 * Math.PI)
  const phaseV = between(rng, 0, 2 * Math.PI)
  const gain = between(rng, 0.6, 2.5)
  const [cx, cy] = [between(rng, -6, 6), between(rng, -6, 6)]
  const fade = 1 / (2 * between(rng, 7, 18) ** 2)
  return (x, y) => {
    const wave = gain * combine(Math.sin(x * cos + y * sin + phaseU), Math.sin(y * cos - x * sin + phaseV))
    const window = Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) * fade)
    return 0.5 + 0.5 * window * Math.max(-1, Math.min(1, wave))
  }
}

/** The inside of an outline (signed distance below 0) of radius 6.5 to 11.5 pixels, with an edge one pixel wide. */
function shape(rng: Random, turned: number, distance: (x: number, y: number, r: number) => number): Pattern {
  const turn = between(rng, -turned, turned) * degree
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  const [cx, cy] = [between(rng, -4, 4), between(rng, -4, 4)]
  const radius = between(rng, 6.5, 11.5)
  return (px, py) => {
    const [x, y] = [px - cx, py - cy]
    return Math.max(0, Math.min(1, 0.5 - distance(x * cos + y * sin, y * cos - x * sin, radius)))
  }
}

/** A faint grating at any angle: behind shapes, and across textures. */
export function faintGrating(rng: Random): Pattern {
  const angle = between(rng, 0, Math.PI)
  const frequency = (2 * Math.PI) / between(rng, 3, 12)
  const [cos, sin] = [Math.cos(angle) * frequency, Math.sin(angle) * frequency]
  const phase = between(rng, 0, 2 * Math.PI)
  const strength = between(rng, 0, 0.18)
  return (x, y) => strength * Math.sin(x * cos + y * sin + phase)
}

/** Small round spots of an intermediate colour, drawn over everything else. */
export function spots(rng: Random): { x: number; y: number; radius: number; value: number }[] {
  return Array.from({ length: rng.int(0, 3) }, () => ({
    x: between(rng, -side / 2, side / 2),
    y: between(rng, -side / 2, side / 2),
    radius: between(rng, 1, 2.6),
    value: rng.uniform(),
  }))
}
