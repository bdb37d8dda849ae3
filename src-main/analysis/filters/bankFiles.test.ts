import { expect, it } from 'vitest'
import { signBank } from './banks'
import { bankCsv, bankJson } from './bankFiles'
import { bankKernels, frequencyAt, responseMagnitude } from './filterBank'

const shape = [3, 3, 2, 1] as const
const values = Float32Array.from({ length: 18 }, (_, i) => Math.sin(i))
const bank = {
  runId: 'r',
  layer: 'stem',
  filter: 0,
  epoch: 3,
  multiband: true,
  baseFilters: 1,
  bank: signBank.map((band) => [...band]),
  banks: bankKernels(values, shape, 0, signBank).map((kernel, i) => ({
    band: i + 1,
    kernel,
    response: responseMagnitude(kernel, 8),
  })),
}

it('writes each weight and magnitude of a bank once, in its place, as CSV', () => {
  const lines = bankCsv(bank).trimEnd().split('\n')
  expect(lines).toHaveLength(1 + 4 * (18 + 8 * 8 * 2))
  expect(lines).toContain(`weight,h2,1,2,1,${-(values[(2 * 3 + 1) * 2 + 1] ?? NaN)}`)
  expect(lines).toContain(
    `magnitude,h4,0,${frequencyAt(3, 8)},${frequencyAt(6, 8)},${bank.banks[3]?.response[3]?.[6]?.[0]}`,
  )
})

it('writes a bank as JSON arrays of the stated shape', () => {
  const read = JSON.parse(bankJson(bank)) as {
    epoch: number
    frequencies: number[]
    kernel: { shape: number[]; data: number[] }
    response: { shape: number[]; data: number[] }
  }
  expect(read.epoch).toBe(3)
  expect(read.frequencies[4]).toBe(0)
  expect(read.kernel.shape).toEqual([4, 3, 3, 2])
  expect(read.response.shape).toEqual([4, 8, 8, 2])
  expect(read.response.data).toHaveLength(512)
  expect(read.kernel.data[((2 * 3 + 1) * 3 + 2) * 2]).toBe(bank.banks[2]?.kernel[1]?.[2]?.[0])
})
