import { describe, expect, it } from 'vitest'
import { chooseResidence } from './residence'

const cifar = 60_000 * 3072

describe('the location of a data set', () => {
  it('is the GPU up to a quarter of its memory', () => {
    const chosen = (memory: number): boolean => chooseResidence(cifar, memory, undefined).resident
    expect(chosen(8e9)).toBe(true)
    expect(chosen(4 * cifar)).toBe(true)
    expect(chosen(4 * cifar - 1)).toBe(false)
    expect(chooseResidence(cifar, 8e9, undefined).sentence).toMatch(
      /pixels \(184 MB\) stay .* on the GPU with its 8 GB/,
    )
    expect(chooseResidence(cifar, 4 * cifar - 1, undefined).sentence).toMatch(
      /184 MB of pixels are more than a quarter of the GPU's 1 GB/,
    )
  })

  it('is never a CPU, nor a GPU of unknown memory, unless requested', () => {
    for (const device of ['cpu', null] as const) {
      expect(chooseResidence(1, device, undefined).resident).toBe(false)
      expect(chooseResidence(1, device, 'yes').resident).toBe(false)
      expect(chooseResidence(cifar, device, '1').resident).toBe(true)
    }
  })

  it('is not the GPU if the request excludes it', () =>
    expect(chooseResidence(1, 80e9, '0')).toMatchObject({
      resident: false,
      sentence: expect.stringContaining('MCNN_RESIDENT=0') as string,
    }))
})
