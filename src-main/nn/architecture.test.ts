import { describe, expect, it } from 'vitest'
import { archs, depthOf, type Arch, type Variant } from '../contract/experiment'
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
    const layer = { name: 'odd', kernel: [3, 3] as [number, number], in: 3, out: 18, stride: 1, multiband: false, baseFilters: 18, bank: null }
    expect(() => makeMultiband(layer)).toThrow(/odd has 18 outputs.*divides by 4/)
    expect(layer.multiband).toBe(false)
  })
})

describe('variants without a name of their own', () => {
  const banked = (variant: Variant, arch: Arch = 'resnet-14'): string[] => modelSummary(arch, variant, 10).layers.filter((layer) => layer.multiband).map((layer) => layer.name)

  it('take the layers that their patterns match', () => {
    expect(banked('mcnn(stage2.*+stem)')).toEqual(['stem', 'stage2.block1.conv1', 'stage2.block1.conv2', 'stage2.block2.conv1', 'stage2.block2.conv2'])
    expect(banked('mcnn(*)')).toEqual(banked('mcnn-a'))
    expect(modelSummary('resnet-14', 'mcnn(*)', 10).trainableParameters).toBe(modelSummary('resnet-14', 'mcnn-a', 10).trainableParameters)
  })

  it('say which layer a network does not have', () => {
    expect(() => modelSummary('resnet-14', 'mcnn(stage3.block5.conv2)', 10)).toThrow('resnet-14 has no 3 × 3 convolution stage3.block5.conv2.')
  })

  it('train a filter in as many as their bank has', () => {
    for (const [bank, bands] of [['two', 2], ['rotations', 4], ['symmetries', 8], ['random', 4]] as const) {
      const { layers } = modelSummary('resnet-14', `mcnn-f@${bank}`, 10)
      expect([layers[0]?.baseFilters, layers[0]?.bank?.length]).toEqual([16 / bands, bands])
    }
  })

  it('draw random masks by seed and layer: the filter itself and three that are not it, nor each other, nor their negatives', () => {
    const masks = (seed: number) => modelSummary('resnet-14', 'mcnn-fl@random', 10, seed).layers.flatMap((layer) => (layer.bank ? [layer.bank] : []))
    expect(masks(3)).toEqual(masks(3))
    const drawn = [1, 2, 3].flatMap(masks)
    expect(new Set(drawn.map((bank) => JSON.stringify(bank))).size).toBe(6)
    for (const bank of drawn) {
      expect(bank[0]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
      for (const [i, a] of bank.entries()) {
        expect(a.map(Math.abs)).toEqual(bank[0])
        for (const b of bank.slice(i + 1)) expect([0, 9]).not.toContain(a.filter((tap, t) => tap === b[t]).length)
      }
    }
  })

  it.each(['mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a'] as const)('narrow(%s) has its number of trainable parameters within half a channel, nothing multi-band, and is not wider anywhere', (variant) => {
    for (const arch of archs) {
      const wanted = modelSummary(arch, variant, 10)
      const narrow = modelSummary(arch, `narrow(${variant})`, 10)
      const baseline = modelSummary(arch, 'baseline', 10)
      expect(narrow.layers.some((layer) => layer.multiband)).toBe(false)
      // A channel inside a block of stage 3 is 9 · 64 weights on each side and two of the normalisation.
      expect(Math.abs(narrow.trainableParameters - wanted.trainableParameters), arch).toBeLessThanOrEqual((2 * 9 * 64 + 2) / 2)
      narrow.layers.forEach((layer, i) => expect(layer.out).toBeLessThanOrEqual(baseline.layers[i]?.out ?? 0))
    }
  })
})
