import { expect, it } from 'vitest'
import { network } from '../nn/architecture'
import { forward } from '../nn/forward'
import { random } from '../nn/random'
import { initialValues, parameters, ResNet } from '../nn/resnet'
import { decodeSafetensors, encodeSafetensors } from '../nn/safetensors'
import { operations } from './operations'
import { loadTensorFlow } from './tensorflow'

it.each(['baseline', 'mcnn-fl', 'mcnn-a'] as const)('the pure way through %s gives TensorFlow’s logits', async (variant) => {
  const tensorflow = await loadTensorFlow()
  const { tf } = tensorflow
  const spec = network('resnet-14', variant, 10)
  const rng = random(5, 'synthetic', 1)
  // Normalisation as a trained network has it: no longer ones and zeros.
  const values = new Map(
    [...initialValues(spec, 3)].map(([name, initial]): [string, Float32Array] => [
      name,
      /norm\.(scale|variance)$/.test(name) ? initial.map(() => 0.5 + Math.abs(rng.normal())) : /norm\.|bias/.test(name) ? initial.map(() => 0.3 * rng.normal()) : initial,
    ]),
  )
  const image = Float32Array.from({ length: 32 * 32 * 3 }, rng.normal)
  const resnet = new ResNet(operations(tensorflow, { recorder: () => null, fused: false }), spec)
  resnet.assign(values)
  const expected = tf.tidy(() => resnet.forward(tf.tensor4d(image, [1, 32, 32, 3]), false).dataSync())
  resnet.dispose()

  const file = encodeSafetensors(parameters(spec).map(({ name, shape }) => ({ name, shape, values: values.get(name) ?? new Float32Array() })), {})
  const way = forward(spec, decodeSafetensors(file).tensors, { height: 32, width: 32, channels: 3, values: image })
  const layers: string[] = []
  let next = way.next()
  while (!next.done) {
    layers.push(`${next.value.layer.name} ${next.value.input.height} ${next.value.input.channels}`)
    next = way.next()
  }
  expect(layers).toEqual(expect.arrayContaining(['stem 32 3', 'stage2.block1.conv1 32 16', 'stage2.block1.conv2 16 32', 'stage3.block2.conv2 8 64']))
  const scale = Math.max(...expected.map(Math.abs))
  expect(scale).toBeGreaterThan(0.1)
  next.value.forEach((logit, i) => expect(Math.abs(logit - (expected[i] ?? NaN))).toBeLessThan(1e-4 * scale))
})
