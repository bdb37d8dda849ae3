import { describe, expect, it } from 'vitest'
import { archs, parseVariant, resnets, variants, type Arch, type Variant } from '../../../../src-main/contract'
import { modelSummary } from '../../../../src-main/nn/architecture'
import { surroundings, drawingOf, switched, weightsOf } from './network'

describe('network drawing', () => {
  it('contains every layer once, in its stage and block', () => {
    for (const arch of resnets) {
      const model = modelSummary(arch, 'mcnn-a', 10)
      const drawing = drawingOf(model)
      expect(drawing?.stages.map(({ title, channels, size }) => [title, channels, size])).toEqual([
        ['stage 1', 16, 32],
        ['stage 2', 32, 16],
        ['stage 3', 64, 8],
      ])
      expect([drawing?.stem, ...(drawing?.stages.flatMap((stage) => stage.blocks.flat()) ?? [])]).toEqual(model.layers)
      for (const stage of drawing?.stages ?? [])
        for (const block of stage.blocks)
          expect(block.map((layer) => layer.name.split('.')[2])).toEqual(['conv1', 'conv2'])
    }
  })

  it('contains the stages and every layer of the other networks', () => {
    const stagesOf: Partial<Record<Arch, string>> = {
      'vgg-16-bn': '64@32 128@16 256@8 512@4 512@2',
      'wrn-16-4': '64@32 128@16 256@8',
      'wrn-16-8': '128@32 256@16 512@8',
      'mobilenet-v2': '16@32 24@32 32@16 64@8 96@8 160@4 320@4 1280@4',
    }
    for (const arch of archs.filter((one) => one in stagesOf)) {
      const model = modelSummary(arch, 'mcnn-a', 10)
      const drawing = drawingOf(model)
      expect(drawing?.stages.map(({ channels, size }) => `${channels}@${size}`).join(' ')).toBe(stagesOf[arch])
      expect([drawing?.stem, ...(drawing?.stages.flatMap((stage) => stage.blocks.flat()) ?? [])]).toEqual(model.layers)
    }
  })

  it('names the normalisation and ReLU around a layer', () => {
    const around = (arch: Parameters<typeof surroundings>[0], name: string) => {
      const layer = modelSummary(arch, 'baseline', 10).layers.find((one) => one.name === name)
      return layer && Object.values(surroundings(arch, layer)).join('|')
    }
    expect(around('vgg-16-bn', 'stage5.conv3')).toBe('|norm, ReLU')
    expect(around('wrn-16-4', 'stage1.block1.conv2')).toBe('norm, ReLU|')
    expect(around('wrn-16-4', 'stem')).toBe('|')
    expect(around('wrn-16-4', 'stage1.block1.shortcut')).toBe('|')
    expect(around('resnet-8', 'stage2.block1.conv2')).toBe('|norm, ReLU')
    expect(around('mobilenet-v2', 'stage2.block1.depthwise')).toBe('|norm, ReLU')
    expect(around('mobilenet-v2', 'stage1.block1.shortcut')).toBe('|norm')
    expect(around('mobilenet-v2', 'stage2.block1.project')).toBe('|norm')
  })

  it('counts the same weights as the network', () => {
    const model = modelSummary('resnet-20', 'mcnn-fl', 10)
    const rest = model.layers.reduce((sum, layer) => sum + 2 * layer.out, 0) + 65 * 10
    expect(model.layers.reduce((sum, layer) => sum + weightsOf(layer), 0) + rest).toBe(model.trainableParameters)
  })
})

describe('switching a layer', () => {
  const banked = (variant: Variant): string[] =>
    modelSummary('resnet-14', variant, 10)
      .layers.filter((layer) => layer.multiband)
      .map((layer) => layer.name)

  it.each([...variants, 'mcnn-f@rotations', 'mcnn(stage2.*)@random'])(
    'of %s gives the variant that differs only in that layer, by its own name if it has one',
    (from) => {
      const model = modelSummary('resnet-14', from, 10)
      for (const { name } of model.layers) {
        const outcome = switched(from, name, model.layers)
        if ('why' in outcome) throw new Error(outcome.why)
        const before = banked(from)
        const wanted = model.layers.map((layer) => layer.name).filter((one) => (one === name) !== before.includes(one))
        expect(banked(outcome.to), `${from} ${name}`).toEqual(wanted)
        const named = variants.find((other) => JSON.stringify(banked(other)) === JSON.stringify(wanted))
        if (!from.includes('@') && named !== undefined) expect(outcome.to).toBe(named)
        expect(parseVariant(outcome.to)).not.toBeNull()
        if (from.includes('@') && wanted.length > 0) expect(outcome.to.split('@')[1]).toBe(from.split('@')[1])
      }
    },
  )

  it('is refused with a reason if it is impossible', () => {
    expect(switched('narrow(mcnn-a)', 'stem', modelSummary('resnet-14', 'narrow(mcnn-a)', 10).layers)).toHaveProperty(
      'why',
    )
    expect(switched('baseline', 'stage9', modelSummary('resnet-14', 'baseline', 10).layers)).toHaveProperty('why')
  })
})
