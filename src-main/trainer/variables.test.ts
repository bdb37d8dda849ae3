import { expect, it } from 'vitest'
import { resnets, variants, type Arch, type Variant } from '../contract/experiment'
import { convolutions, network } from '../nn/architecture'
import { keptLayers } from './variables'

const kept = (arch: Arch, variant: Variant): string[] =>
  keptLayers(network(arch, variant, 10)).map((layer) => layer.name)

it('stores the filters of the first and of every multi-band layer of a ResNet, for any bank', () => {
  for (const arch of resnets)
    for (const variant of [...variants, 'mcnn-a@two', 'mcnn-a@symmetries']) {
      const wanted = convolutions(network(arch, variant, 10)).filter((layer, i) => i === 0 || layer.multiband)
      expect(kept(arch, variant)).toEqual(wanted.map((layer) => layer.name))
    }
})

it('stores the first, the last and as many other layers of a larger network as fit', () => {
  expect(kept('vgg-16-bn', 'mcnn-a')).toEqual([
    'stem',
    'stage1.conv2',
    'stage2.conv1',
    'stage2.conv2',
    'stage3.conv1',
    'stage3.conv2',
    'stage3.conv3',
    'stage5.conv3',
  ])
  expect(kept('vgg-16-bn', 'mcnn-l')).toEqual(['stem', 'stage5.conv3'])
  expect(kept('wrn-16-4', 'mcnn-a')).toHaveLength(13)
  expect(kept('mobilenet-v2', 'mcnn-a')).toHaveLength(18)
})
