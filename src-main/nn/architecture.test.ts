import { describe, expect, it } from 'vitest'
import { archs, depthOf, type Variant } from '../contract/experiment'
import { convolutions, makeMultiband, modelSummary, network } from './architecture'

describe('trainable parameters', () => {
  // Published: akamaster/pytorch_resnet_cifar10 and the paper's 3/4 of a first (432) or last (36,864) kernel less.
  it.each([
    ['resnet-20', 'baseline', 269_722],
    ['resnet-32', 'baseline', 464_154],
    ['resnet-32', 'mcnn-f', 463_830],
    ['resnet-32', 'mcnn-l', 436_506],
    ['resnet-44', 'baseline', 658_586],
    ['resnet-56', 'baseline', 853_018],
    ['resnet-56', 'mcnn-f', 852_694],
    ['resnet-56', 'mcnn-l', 825_370],
    ['resnet-110', 'baseline', 1_727_962],
    ['resnet-110', 'mcnn-f', 1_727_638],
    ['resnet-110', 'mcnn-l', 1_700_314],
  ] as const)('%s %s has %d', (arch, variant, count) => {
    expect(modelSummary(arch, variant, 10).trainableParameters).toBe(count)
  })

  it('of mcnn-fl are those of the baseline less what F and L save', () => {
    const count = (variant: Variant) => modelSummary('resnet-32', variant, 10).trainableParameters
    expect(count('mcnn-fl')).toBe(count('mcnn-f') + count('mcnn-l') - count('baseline'))
  })
})

describe('layers', () => {
  it.each(archs)('of %s are depth − 1 convolutions, halved twice', (arch) => {
    const layers = convolutions(network(arch, 'baseline', 10))
    expect(layers).toHaveLength(depthOf(arch) - 1)
    expect(layers.filter((l) => l.stride === 2)).toHaveLength(2)
    expect(new Set(layers.map((l) => l.name)).size).toBe(layers.length)
  })

  it('carry the trained filters of Table II', () => {
    const filters = (variant: Variant) => {
      const { layers } = modelSummary('resnet-56', variant, 10)
      return [layers[0]?.baseFilters, layers.at(-1)?.baseFilters]
    }
    expect(filters('baseline')).toEqual([16, 64])
    expect(filters('mcnn-f')).toEqual([4, 64])
    expect(filters('mcnn-l')).toEqual([16, 16])
    expect(filters('mcnn-a')).toEqual([4, 16])
  })

  it('multiply 41 million times for ResNet-20, as published (0.041 G)', () => {
    // Stage by stage: every stage's plain 3×3 convolutions cost the same, the two strided ones half of that.
    const plain = 32 * 32 * 9 * 16 * 16
    expect(modelSummary('resnet-20', 'baseline', 10).multiplications).toBe(32 * 32 * 9 * 3 * 16 + 16 * plain + 2 * (plain / 2) + 640)
  })
})

describe('a multi-band layer', () => {
  it('refuses an output count that does not divide by 4', () => {
    const layer = { name: 'odd', kernel: [3, 3] as [number, number], in: 3, out: 18, stride: 1, multiband: false, baseFilters: 18 }
    expect(() => makeMultiband(layer)).toThrow(/odd has 18 outputs.*divides by 4/)
    expect(layer.multiband).toBe(false)
  })
})
