import { expect, it } from 'vitest'
import { epochOrder, fillBatch } from '../datasets'
import { planBatch } from '../datasets/batches'
import { attributes } from './attributes'
import { GraphBuilder, savedModel } from './graphDef'
import { residentPictures } from './residentPictures'
import { Session } from './session'
import { loadTensorFlow } from './tensorflow'

it.each([true, false])('the graph makes the feeder’s pictures bit for bit, augmented: %s', async (augment) => {
  const { binding } = await loadTensorFlow()
  const { type, dims } = attributes(binding)
  const [all, n] = [40, 33]
  const images = Uint8Array.from({ length: all * 3072 }, (_, i) => (i * 7919 + (i >> 5)) % 256)
  const mean: [number, number, number] = [0.5, 0.4, 0.3]
  const std: [number, number, number] = [0.25, 0.2, 0.1]
  const table = Float32Array.from({ length: 768 }, (_, i) => ((i % 256) / 255 - (mean[Math.floor(i / 256)] ?? NaN)) / (std[Math.floor(i / 256)] ?? NaN))
  const graph = new GraphBuilder(binding)
  const input = (name: string, shape: number[], dtype: number) => ({ name: graph.add(name, 'Placeholder', [], [type('dtype', dtype), dims('shape', shape)]), shape, dtype })
  const { TF_INT32, TF_UINT8, TF_FLOAT } = binding
  const inputs = [input('pixels', [all * 1024, 3], TF_UINT8), input('table', [768], TF_FLOAT), ...['examples', 'rows', 'columns', 'mirrored'].map((name) => input(name, [n], TF_INT32))]
  const out = residentPictures(graph, binding, 'pictures', n, { pixels: 'pixels', table: 'table', examples: 'examples', rows: 'rows', columns: 'columns', mirrored: 'mirrored' })
  const session = new Session(binding, savedModel(binding, graph.nodes), new Map([['make', { inputs, fetches: [out] }]]), [])
  const draw = { order: epochOrder(1, 2, all), from: 3, count: n, augment, seed: 1, epoch: 2 }
  const plan = planBatch(draw)
  const every = (k: number) => Int32Array.from({ length: n }, (_, i) => plan.offsets[2 * i + k] ?? NaN)
  const [made] = session.run('make', [images, table, plan.examples, every(0), every(1), Int32Array.from(plan.mirrored)])
  session.close()
  const expected = new Float32Array(n * 3072)
  fillBatch({ ...draw, split: { images, labels: new Uint8Array(all), count: all }, images: expected, labels: new Int32Array(n), mean, std })
  expect(Buffer.compare(Buffer.from(Float32Array.from(made ?? []).buffer), Buffer.from(expected.buffer))).toBe(0)
})
