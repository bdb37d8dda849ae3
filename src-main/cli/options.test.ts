import { homedir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { archs, datasetIds } from '../contract/experiment'
import { choice, layerList, oneOrMoreOf, typedPath, variantList, wholeNumbers } from './options'

describe('list option', () => {
  it('accepts names as people type them, spaces and trailing commas', () => {
    const list = oneOrMoreOf(archs)
    expect(list('ResNet-20, resnet32,RESNET_56,')).toEqual(['resnet-20', 'resnet-32', 'resnet-56'])
    expect(list('resnet20 WRN-16-4')).toEqual(['resnet-20', 'wrn-16-4'])
    expect(list('ResNet 20, VGG 16 BN')).toEqual(['resnet-20', 'vgg-16-bn'])
    expect(variantList('Baseline, MCNN_F,mcnn(stem + stage3.*),')).toEqual([
      'baseline',
      'mcnn-f',
      'mcnn(stage3.*+stem)',
    ])
    expect(wholeNumbers('1, 2 3,4294967295,')).toEqual([1, 2, 3, 4294967295])
    expect(wholeNumbers('none')).toEqual([])
    expect(layerList('stem, stage3.*,')).toEqual(['stem', 'stage3.*'])
  })

  it('rejects unknown names and suggests the nearest ones', () => {
    for (const read of [oneOrMoreOf(archs), variantList, wholeNumbers, layerList])
      expect(() => read(' ,')).toThrow('The list is empty.')
    expect(() => oneOrMoreOf(archs)('resnet-20,resnet-31')).toThrow(
      /^Did you mean resnet-32.*\? Allowed choices are resnet-8/,
    )
    expect(() => variantList('mcnn-f,mcnn-g')).toThrow(/^Did you mean mcnn-f .*It must be one of/)
    expect(() => wholeNumbers('1,2e3')).toThrow('It must be a whole number.')
  })
})

it('an option with choices accepts them as people type them and still lists them', () => {
  const option = choice('--dataset <id>', 'what to train on', datasetIds)
  expect(option.argChoices).toEqual(datasetIds)
  expect(option.parseArg?.('CIFAR10', undefined)).toBe('cifar-10')
})

it('a path expands ~/ to the home directory, and is not empty', () => {
  expect(typedPath('~/study.tar.gz')).toBe(path.join(homedir(), 'study.tar.gz'))
  expect(['-', 'a/b', '/dev/stdout', './~/x'].map(typedPath)).toEqual(['-', 'a/b', '/dev/stdout', './~/x'])
  expect(() => typedPath('')).toThrow('It must not be empty.')
})
