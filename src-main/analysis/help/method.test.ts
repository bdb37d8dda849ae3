import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { bandTitles, expandFilters, signBank } from '../filters/banks'
import { filterPlane } from '../filters/spectrum'
import { bandEquations } from './method'

const size = 16

it('has one equation per filter of the bank, with the signs of the bank', () => {
  expect(bandEquations.map(({ kernel }) => kernel.replaceAll('(r, s)', ''))).toEqual(
    bandTitles(signBank).map(({ formula }) => formula),
  )
})

it('states the shifts of the frequency response that the filters have', () => {
  const base = Float32Array.from({ length: 9 }, (_, i) => 1 + i * i)
  const values = expandFilters(base, [3, 3, 1, 1], signBank, [0])
  const planes = bandEquations.map((_, band) => filterPlane({ shape: [3, 3, 1, 4], values }, band, [0], size))
  for (const [band, { response }] of bandEquations.entries()) {
    const [, u = '', v = ''] = /H\((u[^,]*), (v[^)]*)\)/.exec(response) ?? []
    const [du, dv] = [u, v].map((shift) => (shift.includes('π') ? size / 2 : 0)) as [number, number]
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++)
        expect(planes[band]?.[row * size + column]).toBeCloseTo(
          planes[0]?.[((row + dv) % size) * size + ((column + du) % size)] ?? NaN,
          5,
        )
  }
})

it('is the same in the documentation and in the window', () => {
  const page = readFileSync('docs/user/filter-banks.md', 'utf8')
  for (const { kernel, response } of bandEquations) {
    expect(page).toContain(kernel)
    expect(page).toContain(response)
  }
})
