/** Measures once per machine which algorithm is fastest for a multi-band layer's convolution, and stores the result. */
import type { Variable } from '@tensorflow/tfjs-node-gpu'
import type { Precision } from '../contract/experiment'
import { signBank } from '../analysis/filters/banks'
import { margin } from '../contract/system/tuning'
import { convolutions, type NetworkSpec } from '../nn/architecture'
import { random } from '../nn/random'
import {
  algorithms,
  bankConvolutions,
  directions,
  hasShared,
  type Algorithm,
  type BankAlgorithms,
  type BankShape,
  type Direction,
} from './bankConvolution'
import { convAttrs } from './operations'
import { Recorder } from './recorder'
import type { TensorFlow } from './tensorflow'

/** Milliseconds of each algorithm in each direction. */
export type BankTimes = Readonly<Record<Direction, Readonly<Record<Algorithm, number>>>>

/** Returns the shapes of a network's multi-band layers that have a choice, without duplicates. */
export function bankShapes(spec: NetworkSpec): BankShape[] {
  const found = new Map<string, BankShape>()
  for (const layer of convolutions(spec)) {
    const shape = { height: layer.size, width: layer.size, inputs: layer.in, filters: layer.baseFilters }
    if (layer.bank && layer.stride === 1 && layer.groups === 1 && hasShared(shape, layer.bank))
      found.set(shapeKey(shape), shape)
  }
  return [...found.values()]
}

export function shapeKey({ height, width, inputs, filters }: BankShape): string {
  return `${height}x${width}x${inputs}x${filters}`
}

const repetitions = 4

/**
 * Times both algorithms in each direction, as part of a recorded step: alone, on all threads, the minimum of a few
 * runs. Takes a few tenths of a second.
 */
export function timeBank(
  tensorflow: TensorFlow,
  { height, width, inputs, filters }: BankShape,
  batch: number,
  precision: Precision,
): BankTimes {
  const { tf } = tensorflow
  const shapes = {
    x: [batch, height, width, inputs],
    base: [3, 3, inputs, filters],
    dy: [batch, height, width, signBank.length * filters],
  }
  const variable = (shape: number[]): Variable => tf.tidy(() => tf.variable(tf.zeros(shape)))
  const [x, base, dy] = [variable(shapes.x), variable(shapes.base), variable(shapes.dy)]
  const recorder = new Recorder(
    tensorflow,
    new Map([
      ['x', x],
      ['base', base],
      ['dy', dy],
    ]),
  )
  const by = bankConvolutions(tensorflow, convAttrs(tensorflow.binding, 1))
  for (const direction of directions)
    for (const algorithm of algorithms)
      recorder.record(`${direction}/${algorithm}`, {
        inputs: [],
        // Fetch one value of the result: more would only be copied.
        run: () => [tf.slice(by[algorithm][direction](x, base, dy), [0, 0, 0, 0], [1, 1, 1, 1])],
      })
  const rng = random(0, 'weights')
  const values = new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.int(-1000, 1000) / 1000),
    ]),
  )
  const session = recorder.compile(values, precision)
  tf.dispose([x, base, dy])
  try {
    const times = (direction: Direction): Record<Algorithm, number> => {
      const lowest = { expanded: Infinity, shared: Infinity }
      for (let i = 0; i <= repetitions; i++)
        for (const algorithm of algorithms) {
          const start = performance.now()
          session.run(`${direction}/${algorithm}`, [])
          // The first run includes TensorFlow's own preparations.
          if (i > 0) lowest[algorithm] = Math.min(lowest[algorithm], performance.now() - start)
        }
      return lowest
    }
    return { forward: times('forward'), gradInput: times('gradInput'), gradFilter: times('gradFilter') }
  } finally {
    session.close()
  }
}

export function fasterAlgorithms(times: BankTimes): BankAlgorithms {
  const faster = ({ expanded, shared }: Record<Algorithm, number>): Algorithm =>
    shared < margin * expanded ? 'shared' : 'expanded'
  return { forward: faster(times.forward), gradInput: faster(times.gradInput), gradFilter: faster(times.gradFilter) }
}
