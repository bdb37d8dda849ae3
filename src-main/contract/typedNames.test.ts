import { describe, expect, it } from 'vitest'
import { archs, datasetIds, precisionChoices } from './experiment'
import { didYouMean, listItems, matchName, nearestNames } from './typedNames'
import { typedVariant, variants } from './variants/variants'

describe('typed names', () => {
  it.each([
    ['resnet-20', 'resnet-20'],
    ['ResNet-20', 'resnet-20'],
    ['resnet20', 'resnet-20'],
    ['RESNET_20', 'resnet-20'],
    [' ResNet 110 ', 'resnet-110'],
    ['ResNet‑56', 'resnet-56'],
    ['WRN-16-4', 'wrn-16-4'],
    ['wrn16_4', 'wrn-16-4'],
    ['WRN-16x8', 'wrn-16-8'],
    ['wide_resnet16-4', 'wrn-16-4'],
    ['vgg16_bn', 'vgg-16-bn'],
    ['VGG16BN', 'vgg-16-bn'],
    ['mobilenet_v2', 'mobilenet-v2'],
    ['MobileNetV2', 'mobilenet-v2'],
    ['resnet-9', null],
    ['resnet', null],
    ['wrn-1-64', null],
    ['wrn164', null],
    ['resnet-1-10', null],
    ['', null],
    ['-', null],
    ['__proto__', null],
  ])('%j is the network %s', (text, arch) => {
    expect(matchName(archs, text)).toBe(arch)
  })

  it.each([
    ['cifar10', 'cifar-10'],
    ['CIFAR-100', 'cifar-100'],
    ['Cifar_10', 'cifar-10'],
    ['cifar', null],
  ])('%j is the data set %s', (text, id) => {
    expect(matchName(datasetIds, text)).toBe(id)
  })

  it.each([
    ['bf16', 'bfloat16'],
    ['FP32', 'float32'],
    ['fp16', null],
  ])('%j is the precision %s', (text, precision) => {
    expect(matchName(precisionChoices, text)).toBe(precision)
  })

  it.each([
    ['MCNN_F', 'mcnn-f'],
    ['mcnnfl', 'mcnn-fl'],
    ['Baseline', 'baseline'],
    ['narrow( MCNN_A )', 'narrow(mcnn-a)'],
    ['MCNN-A @ Random', 'mcnn-a@random'],
    ['mcnn-f@+++++++++/+−+−+−+−+', 'mcnn-f@+++++++++/+-+-+-+-+'],
  ])('%j is the variant %s', (text, variant) => {
    expect(typedVariant(text)).toBe(variant)
  })

  it('keep every choice distinct', () => {
    for (const choices of [archs, datasetIds, variants, precisionChoices])
      for (const choice of choices) expect(matchName(choices, choice.toUpperCase())).toBe(choice)
  })
})

describe('unknown name', () => {
  it.each([
    ['resnet-21', 'resnet-20'],
    ['resent-20', 'resnet-20'],
    ['wrn-16-5', 'wrn-16-4'],
    ['cifar1O', 'cifar-10'],
  ])('%j gets the suggestion %s', (text, near) => {
    expect(nearestNames([...archs, ...datasetIds], text)[0]).toBe(near)
    expect(didYouMean([...archs, ...datasetIds], text)).toContain(near)
  })

  it('gets no suggestion if every name is too different', () => {
    expect(didYouMean(archs, 'densenet-121')).toBe('')
  })
})

it('lists accept spaces, semicolons and trailing commas', () => {
  expect(listItems(' a, b;c ,')).toEqual(['a', 'b', 'c'])
  expect(listItems(' , ')).toEqual([])
})
