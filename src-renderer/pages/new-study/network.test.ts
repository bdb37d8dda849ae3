import { describe, expect, it } from 'vitest'
import { archs, variants, type Variant } from '../../../src-main/contract'
import { modelSummary } from '../../../src-main/nn/architecture'
import { drawingOf, switched, weightsOf } from './network'

describe('the drawing', () => {
  it('holds every layer once, in its stage and block', () => {
    for (const arch of archs) {
      const model = modelSummary(arch, 'mcnn-a', 10)
      const drawing = drawingOf(model)
      expect(drawing?.stages.map(({ title, channels, size }) => [title, channels, size])).toEqual([['stage 1', 16, 32], ['stage 2', 32, 16], ['stage 3', 64, 8]])
      expect([drawing?.stem, ...(drawing?.stages.flatMap((stage) => stage.blocks.flat()) ?? [])]).toEqual(model.layers)
      for (const stage of drawing?.stages ?? []) for (const block of stage.blocks) expect(block.map((layer) => layer.name.split('.')[2])).toEqual(['conv1', 'conv2'])
    }
  })

  it('counts weights as the network does', () => {
    const model = modelSummary('resnet-20', 'mcnn-fl', 10)
    const rest = model.layers.reduce((sum, layer) => sum + 2 * layer.out, 0) + 65 * 10
    expect(model.layers.reduce((sum, layer) => sum + weightsOf(layer), 0) + rest).toBe(model.trainableParameters)
  })
})

describe('switching a layer', () => {
  it('leads to the variant whose network differs in that layer alone', () => {
    for (const from of variants) {
      const model = modelSummary('resnet-14', from, 10)
      for (const { name } of model.layers) {
        const outcome = switched(from, name, model.layers)
        // Found by comparing networks instead of names.
        const wanted: Variant | undefined = variants.find((other) =>
          modelSummary('resnet-14', other, 10).layers.every((layer, i) => (layer.multiband !== model.layers[i]?.multiband) === (layer.name === name)),
        )
        expect('to' in outcome ? outcome.to : undefined, `${from} ${name}`).toBe(wanted)
        if ('why' in outcome) expect(outcome.why).not.toBe('')
      }
    }
  })
})
