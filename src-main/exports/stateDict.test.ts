import { describe, expect, it } from 'vitest'
import { inferenceOf } from '../nn/inference'
import { decodeSafetensors } from '../nn/safetensors'
import type { Arch, Variant } from '../contract/experiment'
import { safetensorsModel } from './stateDict'
import { aboutOf, madeUp, pictures } from './testSupport'

// The names from which `resources/examples/load_in_pytorch.py` builds its modules. That script is tested by hand.
function exported(arch: Arch, variant: Variant): ReturnType<typeof decodeSafetensors> {
  const { spec, weights } = madeUp(arch, variant)
  return decodeSafetensors(safetensorsModel(inferenceOf(spec, weights, pictures), aboutOf(arch, variant)))
}

describe('safetensors export', () => {
  it.each([
    [
      'resnet-8',
      'baseline',
      [
        'stem.weight 16,3,3,3',
        'stem.norm.running_var 16',
        'stage2.block1.conv1.weight 32,16,3,3',
        'dense.weight 10,64',
      ],
      7 * 5,
    ],
    [
      'resnet-8',
      'narrow(mcnn-a)',
      ['stage1.block1.conv1.weight 3,16,3,3', 'stage1.block1.conv2.weight 16,3,3,3'],
      7 * 5,
    ],
    [
      'vgg-16-bn',
      'mcnn-l',
      [
        'stem.weight 64,3,3,3',
        'stage1.conv2.weight 64,64,3,3',
        'stage5.conv3.weight 512,512,3,3',
        'dense.weight 10,512',
      ],
      13 * 5,
    ],
    [
      'wrn-16-4',
      'baseline',
      [
        'stage1.block1.conv1.norm.weight 16',
        'stage1.block1.shortcut.weight 64,16,1,1',
        'final.norm.running_mean 256',
        'dense.weight 10,256',
      ],
      16 + 13 * 4,
    ],
    [
      'mobilenet-v2',
      'mcnn-a',
      [
        'stage2.block1.depthwise.weight 96,1,3,3',
        'stage2.block1.project.norm.bias 24',
        'stage1.block1.shortcut.norm.weight 16',
        'head.weight 1280,320,1,1',
        'dense.weight 10,1280',
      ],
      57 * 5,
    ],
  ] as const)('of %s %s has the names and shapes of a PyTorch module’s state', (arch, variant, some, count) => {
    const { tensors, metadata } = exported(arch, variant)
    const all = [...tensors].map(([name, { shape }]) => `${name} ${shape.join(',')}`)
    expect(all).toEqual(
      expect.arrayContaining(['normalisation.mean 3', 'normalisation.std 3', 'dense.bias 10', ...some]),
    )
    expect(all).toHaveLength(count + 4)
    expect(metadata).toMatchObject({ architecture: arch, variant, format: 'pt' })
    expect(metadata['description']).toContain('(images / 255 − normalisation.mean) / normalisation.std')
    expect(metadata['description']).toContain('0.00001 to the variance')
  })

  it('reorders a depthwise kernel by its channels', () => {
    const { weights } = madeUp('mobilenet-v2', 'baseline')
    const { values: ours } = weights.get('stage1.block1.depthwise.kernel') ?? expect.fail()
    const { values, shape } =
      exported('mobilenet-v2', 'baseline').tensors.get('stage1.block1.depthwise.weight') ?? expect.fail()
    expect(shape).toEqual([32, 1, 3, 3])
    for (let c = 0; c < 32; c++)
      for (let s = 0; s < 3; s++)
        for (let r = 0; r < 3; r++) expect(values[(c * 3 + s) * 3 + r]).toBe(ours[(s * 3 + r) * 32 + c])
  })
})
