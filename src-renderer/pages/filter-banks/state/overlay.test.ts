import { expect, it } from 'vitest'
import { signBank } from '../../../../src-main/analysis/filters/banks'
import { bandEdges, bankPlanes, coverageOf } from '../../../../src-main/analysis/filters/spectrum'
import { bandPath, drawingSide, labelPlaces } from './overlay'

const size = 64
const layer = {
  shape: [3, 3, 1, 1] as const,
  values: Float32Array.of(0.5, 1, 0.6, 1, 1.7, 1, 0.5, 1, 0.6),
  bank: signBank,
}
const planes = bankPlanes(layer, 0, [0], size)

/** Area inside of the drawing, by even-odd over a fine grid of points. */
function share(path: string): number {
  const rings = path
    .split('M')
    .filter((part) => part !== '')
    .map((part) =>
      part
        .replace('Z', '')
        .split('L')
        .map((pair) => pair.split(' ').map(Number) as [number, number]),
    )
  const steps = 100
  let inside = 0
  for (let i = 0; i < steps; i++)
    for (let j = 0; j < steps; j++) {
      const [x, y] = [((i + 0.5) / steps) * drawingSide, ((j + 0.5) / steps) * drawingSide]
      let crossings = 0
      for (const ring of rings)
        for (let k = 0; k + 1 < ring.length; k++) {
          const [[x1, y1], [x2, y2]] = [ring[k] ?? [0, 0], ring[k + 1] ?? [0, 0]]
          if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) crossings++
        }
      inside += crossings % 2
    }
  return inside / steps ** 2
}

it.each([3, 6] as const)('encloses at −%d dB the share of the plane that the coverage states', (edge) => {
  for (const plane of planes)
    expect(share(bandPath(plane, size, edge))).toBeCloseTo(coverageOf([plane], bandEdges[edge]).covered, 1)
  expect(bandPath(new Float64Array(size * size), size, edge)).toBe('')
})

it('outlines a central band in the centre and puts its name there', () => {
  const [xs, ys] = [0, 1].map((axis) =>
    [...bandPath(planes[0] ?? new Float64Array(), size, 3).matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map((m) =>
      Number(m[axis + 1]),
    ),
  )
  expect(Math.min(...(xs ?? [])) + Math.max(...(xs ?? []))).toBeCloseTo(drawingSide, 0)
  expect(Math.min(...(ys ?? [])) + Math.max(...(ys ?? []))).toBeCloseTo(drawingSide, 0)
  expect(labelPlaces(planes, size)[0]).toEqual({ x: 50, y: 50 })
})

it('never overlaps two band names', () => {
  const places = labelPlaces([...planes.slice(0, 1), ...planes.slice(0, 1), ...planes.slice(0, 1)], size)
  for (const [i, a] of places.entries())
    for (const b of places.slice(i + 1)) expect(Math.abs(a.x - b.x) >= 13 || Math.abs(a.y - b.y) >= 9).toBe(true)
})
