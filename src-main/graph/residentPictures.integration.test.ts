import { expect, it } from 'vitest'
import { epochOrder, fillBatch, normalisation, planBatch } from '../datasets'
import { fakePixels } from '../datasets/testSupport'
import { attributes } from './attributes'
import { GraphBuilder, savedModel } from './graphDef'
import { planInputs, residentPictures } from './residentPictures'
import { Session } from './session'
import { loadTensorFlow } from './tensorflow'

it.each([true, false])('the graph augments the same images as the feeder, bit for bit: %s', async (augment) => {
  const { binding } = await loadTensorFlow()
  const { type, dims, text } = attributes(binding)
  const [all, n] = [40, 33]
  const images = new Uint8Array(fakePixels(all * 3072, 7))
  const mean: [number, number, number] = [0.5, 0.4, 0.3]
  const std: [number, number, number] = [0.25, 0.2, 0.1]

  const graph = new GraphBuilder(binding)
  const dtype = type('dtype', binding.TF_UINT8)
  const pixels = { name: 'pixels/value', shape: [all * 1024, 3], dtype: binding.TF_UINT8 }
  graph.add(
    'pixels',
    'VarHandleOp',
    [],
    [dtype, dims('shape', pixels.shape), text('shared_name', 'pixels'), text('container', '')],
  )
  graph.add(pixels.name, 'Placeholder', [], [dtype, dims('shape', pixels.shape)])
  graph.add('pixels/set', 'AssignVariableOp', ['pixels', pixels.name], [dtype])
  graph.add(
    'pixels/confirm',
    'Size',
    [pixels.name, '^pixels/set'],
    [type('T', binding.TF_UINT8), type('out_type', binding.TF_INT32)],
  )
  const table = graph.constant('table', new Uint8Array(normalisation(mean, std).buffer), [768], binding.TF_FLOAT)
  const { edge, inputs } = residentPictures(graph, binding, 'pictures', n, { pixels: 'pixels', table })
  const functions = new Map([
    ['hold', { inputs: [pixels], fetches: ['pixels/confirm'] }],
    ['make', { inputs, fetches: [edge] }],
  ])
  const session = new Session(binding, savedModel(binding, graph.nodes), functions, [])
  session.run('hold', [images])

  const draw = { order: epochOrder(1, 2, all), from: 3, count: n, augment, seed: 1, epoch: 2 }
  const [made] = session.run('make', planInputs(planBatch(draw)))
  session.close()
  const expected = new Float32Array(n * 3072)
  fillBatch({
    ...draw,
    split: { images, labels: new Uint8Array(all), count: all },
    images: expected,
    labels: new Int32Array(n),
    mean,
    std,
  })
  expect(Buffer.compare(Buffer.from(Float32Array.from(made ?? []).buffer), Buffer.from(expected.buffer))).toBe(0)
})
