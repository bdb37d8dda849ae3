import { describe, expect, it } from 'vitest'
import { archs, depthOf, resnets, type Arch, type Variant } from '../contract/experiment'
import { convolutions, makeMultiband, modelSummary, network } from './architecture'
import { parameterGroups } from './networkSpec'

describe('trainable parameters', () => {
  // Published: akamaster/pytorch_resnet_cifar10, minus 3/4 of a first (432) or last (36,864) kernel in the paper's
  // variants.
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

  // Published with biases, which we do not have: 14,728,266 of kuangliu/pytorch-cifar, minus one bias for each of its
  // 4,224 filters.
  it('VGG-16-BN has 14,728,266 minus the biases before normalisations', () => {
    const { trainableParameters, trainableFilters } = modelSummary('vgg-16-bn', 'baseline', 10)
    expect([trainableFilters, trainableParameters]).toEqual([4224, 14_728_266 - 4224])
  })

  // Zagoruyko & Komodakis 2016, table 4 (2.7 M for 16-4, 11.0 M for 16-8), exactly as in their reference code;
  // kuangliu/pytorch-cifar.
  it.each([
    ['wrn-16-4', 2_748_890],
    ['wrn-16-8', 10_961_370],
    ['mobilenet-v2', 2_296_922],
  ] as const)('%s has %d', (arch, count) => {
    expect(modelSummary(arch, 'baseline', 10).trainableParameters).toBe(count)
  })

  it('of other networks lack three quarters of each multi-band 3 × 3 kernel', () => {
    for (const arch of ['vgg-16-bn', 'wrn-16-4', 'mobilenet-v2'] as const) {
      const plain = modelSummary(arch, 'baseline', 10)
      for (const variant of ['mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a'] as const) {
        const banked = modelSummary(arch, variant, 10)
        const less = banked.layers.reduce(
          (sum, l) => sum + (l.multiband ? (l.kernel[0] * l.kernel[1] * l.in * l.out * 3) / 4 / l.groups : 0),
          0,
        )
        expect(banked.trainableParameters).toBe(plain.trainableParameters - less)
        expect(banked.multiplications).toBe(plain.multiplications)
      }
    }
  })

  it('of mcnn-fl are those of the baseline minus what F and L save', () => {
    const count = (variant: Variant) => modelSummary('resnet-32', variant, 10).trainableParameters
    expect(count('mcnn-fl')).toBe(count('mcnn-f') + count('mcnn-l') - count('baseline'))
  })
})

describe('layers', () => {
  it.each(resnets)('of %s are depth − 1 convolutions, halved twice', (arch) => {
    const layers = convolutions(network(arch, 'baseline', 10))
    expect(layers).toHaveLength(depthOf(arch) - 1)
    expect(layers.filter((l) => l.stride === 2)).toHaveLength(2)
  })

  it.each(archs)('of %s start with the stem, have unique names, and end at the features of the dense layer', (arch) => {
    const spec = network(arch, 'baseline', 10)
    const layers = convolutions(spec)
    expect(layers[0]).toMatchObject({ name: 'stem', in: 3, size: 32 })
    expect(new Set(layers.map((l) => l.name)).size).toBe(layers.length)
    expect(layers.filter((l) => !l.name.endsWith('shortcut')).at(-1)?.out).toBe(spec.features)
    expect(new Set(parameterGroups(spec).flatMap((group) => ('norm' in group ? [group.norm] : []))).size).toBe(
      parameterGroups(spec).filter((group) => 'norm' in group).length,
    )
  })

  it('of other networks are those of their papers', () => {
    const outline = (arch: Arch) =>
      convolutions(network(arch, 'baseline', 10)).map(
        (l) => `${l.kernel[0]}/${l.out}${l.groups > 1 ? 'd' : ''}@${l.size}`,
      )
    expect(outline('vgg-16-bn').join(' ')).toBe(
      '3/64@32 3/64@32 3/128@16 3/128@16 3/256@8 3/256@8 3/256@8 3/512@4 3/512@4 3/512@4 3/512@2 3/512@2 3/512@2',
    )
    expect(outline('wrn-16-4').join(' ')).toBe(
      '3/16@32 3/64@32 3/64@32 1/64@32 3/64@32 3/64@32 3/128@16 3/128@16 1/128@16 3/128@16 3/128@16 3/256@8 3/256@8 1/256@8 3/256@8 3/256@8',
    )
    const mobile = outline('mobilenet-v2')
    expect(mobile).toHaveLength(depthOf('mobilenet-v2') - 1 + 4)
    expect(mobile.filter((one) => one.includes('d'))).toHaveLength(17)
    expect(mobile.slice(0, 5)).toEqual(['3/32@32', '1/32@32', '3/32d@32', '1/16@32', '1/16@32'])
    expect(mobile.slice(-4)).toEqual(['3/960d@4', '1/320@4', '1/320@4', '1/1280@4'])
  })

  it('multiply 313 million times for VGG-16 and 1.55 billion for WRN-16-8, as published, and about 91 million for MobileNetV2', () => {
    const millions = (arch: Arch) => Math.round(modelSummary(arch, 'baseline', 10).multiplications / 1e6)
    expect((['vgg-16-bn', 'wrn-16-4', 'wrn-16-8', 'mobilenet-v2'] as const).map(millions)).toEqual([313, 393, 1548, 91])
  })

  it('have the trained filters of Table II', () => {
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
    expect(modelSummary('resnet-20', 'baseline', 10).multiplications).toBe(
      32 * 32 * 9 * 3 * 16 + 16 * plain + 2 * (plain / 2) + 640,
    )
  })
})

describe('multi-band layer', () => {
  it('rejects an output count that is not a multiple of 4', () => {
    const layer = {
      name: 'odd',
      kernel: [3, 3] as [number, number],
      in: 3,
      out: 18,
      groups: 1,
      stride: 1,
      size: 32,
      multiband: false,
      baseFilters: 18,
      bank: null,
    }
    expect(() => makeMultiband(layer)).toThrow(/odd has 18 outputs.*divides by 4/)
    expect(layer.multiband).toBe(false)
  })
})

describe('variants without a name', () => {
  const banked = (variant: Variant, arch: Arch = 'resnet-14'): string[] =>
    modelSummary(arch, variant, 10)
      .layers.filter((layer) => layer.multiband)
      .map((layer) => layer.name)

  it('use the layers that their patterns match', () => {
    expect(banked('mcnn(stage2.*+stem)')).toEqual([
      'stem',
      'stage2.block1.conv1',
      'stage2.block1.conv2',
      'stage2.block2.conv1',
      'stage2.block2.conv2',
    ])
    expect(banked('mcnn(*)')).toEqual(banked('mcnn-a'))
    expect(modelSummary('resnet-14', 'mcnn(*)', 10).trainableParameters).toBe(
      modelSummary('resnet-14', 'mcnn-a', 10).trainableParameters,
    )
  })

  it('are rejected with the name of a layer that the network lacks', () => {
    expect(() => modelSummary('resnet-14', 'mcnn(stage3.block5.conv2)', 10)).toThrow(
      'resnet-14 has no 3 × 3 convolution stage3.block5.conv2.',
    )
  })

  it('train one filter per bank', () => {
    for (const [bank, bands] of [
      ['two', 2],
      ['rotations', 4],
      ['symmetries', 8],
      ['random', 4],
    ] as const) {
      const { layers } = modelSummary('resnet-14', `mcnn-f@${bank}`, 10)
      expect([layers[0]?.baseFilters, layers[0]?.bank?.length]).toEqual([16 / bands, bands])
    }
  })

  it('draw random masks by seed and layer: the filter itself and three others, all different and none a negative', () => {
    const masks = (seed: number) =>
      modelSummary('resnet-14', 'mcnn-fl@random', 10, seed).layers.flatMap((layer) => (layer.bank ? [layer.bank] : []))
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

  it.each(['mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a'] as const)(
    'narrow(%s) matches the number of trainable parameters within half a channel, without multi-band layers or wider ones',
    (variant) => {
      for (const arch of resnets) {
        const wanted = modelSummary(arch, variant, 10)
        const narrow = modelSummary(arch, `narrow(${variant})`, 10)
        const baseline = modelSummary(arch, 'baseline', 10)
        expect(narrow.layers.some((layer) => layer.multiband)).toBe(false)
        // A channel inside a block of stage 3 has 9 · 64 weights on each side and two of the normalisation.
        expect(Math.abs(narrow.trainableParameters - wanted.trainableParameters), arch).toBeLessThanOrEqual(
          (2 * 9 * 64 + 2) / 2,
        )
        narrow.layers.forEach((layer, i) => expect(layer.out).toBeLessThanOrEqual(baseline.layers[i]?.out ?? 0))
      }
    },
  )

  it.each(['vgg-16-bn', 'wrn-16-4', 'mobilenet-v2'] as const)(
    'narrow controls of %s match the number of trainable parameters within half a channel',
    (arch) => {
      // Channels of the last stage of VGG and the wide ResNet have 9 · 512 and 9 · 256 weights on each side and two of
      // a normalisation; channels inside MobileNetV2's blocks at least 160.
      const half = { 'vgg-16-bn': 4609, 'wrn-16-4': 2305, 'mobilenet-v2': 250 }[arch]
      const baseline = modelSummary(arch, 'baseline', 10)
      for (const variant of ['mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a'] as const) {
        const wanted = modelSummary(arch, variant, 10)
        const narrow = modelSummary(arch, `narrow(${variant})`, 10)
        expect(Math.abs(narrow.trainableParameters - wanted.trainableParameters), variant).toBeLessThanOrEqual(half)
        narrow.layers.forEach((layer, i) => {
          expect(layer.multiband).toBe(false)
          expect(layer.out).toBeLessThanOrEqual(baseline.layers[i]?.out ?? 0)
          expect(layer.out).toBeGreaterThan(0)
        })
        // Each layer takes the outputs of the one before.
        if (arch === 'vgg-16-bn')
          narrow.layers.slice(1).forEach((layer, i) => expect(layer.in).toBe(narrow.layers[i]?.out))
      }
    },
  )
})
