import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { inferenceOf } from '../nn/inference'
import { onnxModel } from './onnx'
import { aboutOf, channelsFirstBatch, logitsOf, madeUp, noise, pictures } from './testSupport'

describe('ONNX model in ONNX Runtime', () => {
  it.each([
    ['resnet-8', 'baseline', 10],
    ['resnet-14', 'mcnn-fl', 100],
    ['resnet-8', 'mcnn-a', 10],
    ['resnet-8', 'mcnn-a@rotations', 10],
    ['resnet-8', 'mcnn(stage2.*+stem)@random', 10],
    ['resnet-8', 'narrow(mcnn-a)', 10],
    ['vgg-16-bn', 'mcnn-fl', 10],
    ['wrn-16-4', 'mcnn-a', 10],
    ['mobilenet-v2', 'mcnn-a@rotations', 10],
  ] as const)(
    'of %s %s with %d classes gives the logits of plain TypeScript, for any number of images',
    async (arch, variant, classes) => {
      const { spec, weights } = madeUp(arch, variant, classes)
      const session = await InferenceSession.create(
        onnxModel(inferenceOf(spec, weights, pictures), aboutOf(arch, variant, classes)),
      )
      expect([session.inputNames, session.outputNames]).toEqual([['pictures'], ['logits']])
      expect(session.inputMetadata).toMatchObject([{ name: 'pictures', type: 'float32', shape: ['N', 3, 32, 32] }])
      expect(session.outputMetadata).toMatchObject([{ name: 'logits', type: 'float32', shape: ['N', classes] }])
      for (const count of [1, 3]) {
        const given = noise(count)
        const { logits } = await session.run({
          pictures: new Tensor('float32', channelsFirstBatch(given), [count, 3, 32, 32]),
        })
        expect(logits?.dims).toEqual([count, classes])
        const values = logits?.data as Float32Array
        for (const [n, picture] of given.entries()) {
          const expected = logitsOf(spec, weights, pictures, picture)
          const scale = Math.max(1, ...expected.map(Math.abs))
          expected.forEach((logit, k) =>
            expect(Math.abs((values[n * classes + k] ?? NaN) - logit)).toBeLessThan(1e-4 * scale),
          )
        }
      }
      await session.release()
    },
  )
})
