import { describe, expect, it } from 'vitest'
import { network } from '../nn/architecture'
import { initialValues } from '../nn/network'
import type { Arch } from '../contract/experiment'
import { countsFigures, figuresEvery, figuresOf } from './figures'

const counted = (epochs: number, every: number): number[] => Array.from({ length: epochs }, (_, i) => i + 1).filter((epoch) => countsFigures(epoch, every, epochs))

describe('figures of layers', () => {
  it('are counted after the last epoch, however short epochs are, and after as many others as can afford it', () => {
    expect(counted(3, 1)).toEqual([1, 2, 3])
    expect(counted(10, 4)).toEqual([4, 8, 10])
    expect(counted(5, 101)).toEqual([5])
    expect(counted(1, 7)).toEqual([1])
    for (const arch of ['resnet-8', 'resnet-110', 'vgg-16-bn', 'wrn-16-4', 'mobilenet-v2'] as const) {
      const every = figuresEvery(network(arch, 'baseline', 10), 1000)
      for (let epochs = 1; epochs < 40; epochs++) {
        expect(counted(epochs, every).at(-1)).toBe(epochs)
        expect(counted(epochs, every).length).toBeLessThanOrEqual(Math.floor(epochs / every) + 1)
      }
    }
  })

  // What a picture takes at most, forward and back, on the two cores of bench/results; measured 2026-11-27.
  const pictureMs: Partial<Record<Arch, number>> = { 'resnet-8': 0.45, 'resnet-20': 1.2, 'mobilenet-v2': 4.2 }
  it.each(Object.entries(pictureMs) as [Arch, number][])('of %s take no more than a hundredth of the epochs that they are counted for, a slower machine\'s twentieth', (arch, ms) => {
    const spec = network(arch, 'baseline', 10)
    const values = initialValues(spec, 1)
    const every = figuresEvery(spec, 500)
    let least = Infinity
    for (let k = 0; k < 12; k++) {
      const start = performance.now()
      figuresOf(spec, values, 1)
      least = Math.min(least, performance.now() - start)
    }
    // Five times, for machines and loads that are not those of the measurement.
    expect(least / (every * 500 * ms)).toBeLessThan(0.05)
  })
})
