import { describe, expect, it } from 'vitest'
import { figuresCost, hasFigures } from '../../analysis/filters/complementarity'
import { archs } from '../../contract/experiment'
import { multiplications, network } from '../../nn/architecture'
import { convolutions } from '../../nn/networkSpec'
import { countsFigures, figuresEvery, slower } from './figures'

const counted = (epochs: number, every: number): number[] =>
  Array.from({ length: epochs }, (_, i) => i + 1).filter((epoch) => countsFigures(epoch, every, epochs))

describe('figures of layers', () => {
  it('are computed after the last epoch, and after as many others as their cost allows', () => {
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

  it.each(archs)('of %s take at most a hundredth of the multiplications of the epochs between them', (arch) => {
    const spec = network(arch, 'baseline', 10)
    const own =
      convolutions(spec)
        .filter(hasFigures)
        .reduce((sum, layer) => sum + figuresCost(layer), 0) * slower
    for (const trainExamples of [500, 5000, 50_000]) {
      const every = figuresEvery(spec, trainExamples)
      // A step costs about three forward passes.
      const training = every * trainExamples * 3 * multiplications(spec)
      expect(own / training).toBeLessThanOrEqual(0.01)
      // And they are not computed less often than necessary.
      if (every > 1) expect(own / (training * (1 - 1 / every))).toBeGreaterThan(0.01)
    }
  })
})
