import { expect, it } from 'vitest'
import { network } from '../nn/architecture'
import { forward } from '../nn/forward'
import { random } from '../nn/random'
import { initialValues, Network, parameters } from '../nn/network'
import { decodeSafetensors, encodeSafetensors } from '../nn/safetensors'
import { operations } from './operations'
import { loadTensorFlow } from './tensorflow'

const cases = [
  ...(['baseline', 'mcnn-fl', 'mcnn-a'] as const).map(
    (variant) =>
      ({
        arch: 'resnet-14',
        variant,
        layers: ['stem 32 3', 'stage2.block1.conv1 32 16', 'stage2.block1.conv2 16 32', 'stage3.block2.conv2 8 64'],
      }) as const,
  ),
  {
    arch: 'vgg-16-bn',
    variant: 'mcnn-l',
    layers: ['stem 32 3', 'stage1.conv2 32 64', 'stage2.conv1 16 64', 'stage5.conv3 2 512'],
  },
  {
    arch: 'wrn-16-4',
    variant: 'mcnn-a',
    layers: [
      'stem 32 3',
      'stage1.block1.conv1 32 16',
      'stage1.block1.shortcut 32 16',
      'stage3.block1.conv2 8 256',
      'stage3.block1.shortcut 16 128',
    ],
  },
  {
    arch: 'mobilenet-v2',
    variant: 'mcnn-a',
    layers: ['stem 32 3', 'stage3.block1.depthwise 32 144', 'stage3.block1.project 16 144', 'head 4 320'],
  },
] as const

it.each(cases)(
  'plain TypeScript computes the logits of TensorFlow for $arch $variant',
  async ({ arch, variant, layers: expectedLayers }) => {
    const tensorflow = await loadTensorFlow()
    const { tf } = tensorflow
    const spec = network(arch, variant, 10)
    const rng = random(5, 'synthetic', 1)
    // Normalisation statistics as in a trained network, instead of ones and zeros.
    const values = new Map(
      [...initialValues(spec, 3)].map(([name, initial]): [string, Float32Array] => [
        name,
        /norm\.(scale|variance)$/.test(name)
          ? initial.map(() => 0.5 + Math.abs(rng.normal()))
          : /norm\.|bias/.test(name)
            ? initial.map(() => 0.3 * rng.normal())
            : initial,
      ]),
    )
    const image = Float32Array.from({ length: 32 * 32 * 3 }, rng.normal)
    const eager = new Network(operations(tensorflow, { recorder: () => null, fused: false }), spec)
    eager.assign(values)
    const expected = tf.tidy(() => eager.forward(tf.tensor4d(image, [1, 32, 32, 3]), false).dataSync())
    eager.dispose()

    const file = encodeSafetensors(
      parameters(spec).map(({ name, shape }) => ({ name, shape, values: values.get(name) ?? new Float32Array() })),
      {},
    )
    const way = forward(spec, decodeSafetensors(file).tensors, { height: 32, width: 32, channels: 3, values: image })
    const layers: string[] = []
    let next = way.next()
    while (!next.done) {
      layers.push(`${next.value.layer.name} ${next.value.input.height} ${next.value.input.channels}`)
      next = way.next()
    }
    expect(layers).toEqual(expect.arrayContaining([...expectedLayers]))
    const scale = Math.max(...expected.map(Math.abs))
    expect(scale).toBeGreaterThan(0.1)
    next.value.forEach((logit, i) => expect(Math.abs(logit - (expected[i] ?? NaN))).toBeLessThan(1e-4 * scale))
  },
)
