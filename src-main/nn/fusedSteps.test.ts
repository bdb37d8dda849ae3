import { expect, it } from 'vitest'
import { nodesByBlock } from '../networks/blocks'
import { networkEntry, type Arch } from '../networks'
import { fusedSteps } from './fusedSteps'

/** The operations of a network's first blocks. */
function operations(arch: Arch, blocks: number, training: boolean): string[][] {
  const { blocks: all } = networkEntry(arch).build({ size: 32, channels: 3 })
  return nodesByBlock(all.slice(0, blocks)).map((nodes) =>
    fusedSteps(nodes, training).map(({ name, op }) => `${op} ${name}`),
  )
}

it('fuses normalisation, sum and relu for training', () => {
  expect(operations('resnet-8', 2, true)).toEqual([
    ['convolution stem', 'normRelu stem.relu'],
    [
      'convolution stage1.block1.conv1',
      'normRelu stage1.block1.conv1.relu',
      'convolution stage1.block1.conv2',
      'normRelu stage1.block1.relu',
    ],
  ])
})

it('folds normalisations into convolutions for evaluation, but not across blocks', () => {
  // The stem of a wide ResNet has no normalisation; the first one of the next block takes its result.
  expect(operations('wrn-16-4', 2, false)).toEqual([
    ['convolution stem'],
    [
      'norm stage1.block1.conv1.norm',
      'relu stage1.block1.conv1.relu',
      'foldedConvolution stage1.block1.conv2.norm',
      'relu stage1.block1.conv2.relu',
      'convolution stage1.block1.conv2',
      'convolution stage1.block1.shortcut',
      'sum stage1.block1.sum',
    ],
  ])
})

it('keeps a normalisation without relu separate for training', () => {
  expect(operations('mobilenet-v2', 2, true)[1]).toEqual([
    'convolution stage1.block1.expand',
    'normRelu stage1.block1.expand.relu',
    'convolution stage1.block1.depthwise',
    'normRelu stage1.block1.depthwise.relu',
    'convolution stage1.block1.project',
    'norm stage1.block1.project.norm',
    'convolution stage1.block1.shortcut',
    'norm stage1.block1.shortcut.norm',
    'sum stage1.block1.sum',
  ])
})
