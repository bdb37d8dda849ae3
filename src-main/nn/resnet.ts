/** A CIFAR ResNet over its variables. He et al. 2016, section 4.2; layers as in `architecture`. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu'
import type { ExperimentConfig } from '../contract/experiment'
import type { LayerSummary } from '../contract/records'
import { convolutions, type NetworkSpec } from './architecture'
import { expandKernel } from './multiband'
import type { NormVariables, Operations } from './operations'
import { random } from './random'

/** Momentum's velocity of a trainable variable is kept under the variable's name and this. */
export const velocitySuffix = '.velocity'

interface ParameterSpec {
  name: string
  shape: number[]
  trainable: boolean
  initial: 'kaiming' | 'ones' | 'zeros'
  /** Inputs of one output: the fan-in of Kaiming's initialisation. */
  fanIn: number
}

/** Every number that a trained network is made of, by name, in a fixed order. */
export function parameters(spec: NetworkSpec): ParameterSpec[] {
  const ofLayer = (layer: LayerSummary): ParameterSpec[] => {
    const vector = (name: string, trainable: boolean, initial: 'ones' | 'zeros'): ParameterSpec => ({
      name: `${layer.name}.norm.${name}`, shape: [layer.out], trainable, initial, fanIn: 0,
    })
    return [
      {
        name: `${layer.name}.kernel`,
        shape: [...layer.kernel, layer.in, layer.baseFilters],
        trainable: true,
        initial: 'kaiming',
        fanIn: layer.kernel[0] * layer.kernel[1] * layer.in,
      },
      vector('scale', true, 'ones'),
      vector('offset', true, 'zeros'),
      vector('mean', false, 'zeros'),
      vector('variance', false, 'ones'),
    ]
  }
  return [
    ...convolutions(spec).flatMap(ofLayer),
    { name: 'dense.weight', shape: [spec.features, spec.classes], trainable: true, initial: 'kaiming', fanIn: spec.features },
    { name: 'dense.bias', shape: [spec.classes], trainable: true, initial: 'zeros', fanIn: 0 },
  ]
}

/**
 * Weights before training: Kaiming normal (fan-in, gain √2) for kernels and the dense layer, from the seed alone.
 * A parameter's numbers depend on its place in the network, not on the variant of other layers.
 */
export function initialValues(spec: NetworkSpec, seed: number): Map<string, Float32Array> {
  return new Map(
    parameters(spec).map(({ name, shape, initial, fanIn }, index) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1))
      if (initial === 'ones') values.fill(1)
      if (initial === 'kaiming') {
        const rng = random(seed, 'weights', index)
        const std = Math.sqrt(2 / fanIn)
        for (let i = 0; i < values.length; i++) values[i] = std * rng.normal()
      }
      return [name, values]
    }),
  )
}

/** A network's variables and the functions over them: what is recorded once and run a million times. */
export class ResNet {
  /** Parameters and velocities by name. */
  readonly variables: ReadonlyMap<string, Variable>
  private readonly trainable: string[]

  constructor(
    private readonly ops: Operations,
    readonly spec: NetworkSpec,
  ) {
    const { tf } = ops
    const specs = parameters(spec)
    this.trainable = specs.filter((p) => p.trainable).map((p) => p.name)
    const zeros = (name: string, shape: number[], trainable: boolean): [string, Variable] => [name, tf.tidy(() => tf.variable(tf.zeros(shape), trainable))]
    this.variables = new Map([
      ...specs.map((p) => zeros(p.name, p.shape, p.trainable)),
      ...specs.filter((p) => p.trainable).map((p) => zeros(p.name + velocitySuffix, p.shape, false)),
    ])
  }

  /** Sets eager variables by name; recorded sessions hold their own. */
  assign(values: ReadonlyMap<string, Float32Array>): void {
    const { tf } = this.ops
    for (const [name, value] of values) {
      const v = this.variable(name)
      tf.tidy(() => v.assign(tf.tensor(value, v.shape)))
    }
  }

  /** @param x normalised pictures [batch, 32, 32, 3]; @returns logits [batch, classes] */
  forward(x: Tensor4D, training: boolean): Tensor2D {
    const { tf } = this.ops
    let y = this.convNormRelu(x, this.spec.stem, training)
    for (const { conv1, conv2, subsample } of this.spec.blocks) {
      const shortcut = subsample ? this.shortcut(y, conv2.out) : y
      y = this.convNormRelu(this.convNormRelu(y, conv1, training), conv2, training, shortcut)
    }
    const features = tf.mean(y, [1, 2])
    return tf.add(tf.matMul(features, this.variable('dense.weight')), this.variable('dense.bias'))
  }

  /**
   * One step of the recipe: forward, loss, gradients, weight decay, momentum, running statistics.
   * @returns the mean cross-entropy over the batch and the number of right predictions, both before the update
   */
  step(x: Tensor4D, labels: Tensor1D, learningRate: Tensor, config: Pick<ExperimentConfig, 'momentum' | 'weightDecay'>): [Tensor, Tensor] {
    const { tf } = this.ops
    const trained = this.trainable.map((name) => this.variable(name))
    let correct: Tensor | undefined
    const { value, grads } = tf.variableGrads(() => {
      const logits = this.forward(x, true)
      correct = tf.keep(tf.sum(this.right(logits, labels)))
      return tf.mean(this.ops.crossEntropy(logits, labels)).asScalar()
    }, trained)
    for (const name of this.trainable) {
      const gradient = grads[this.variable(name).name]
      if (!gradient) throw new Error(`No gradient reached ${name}.`)
      this.ops.momentumUpdate(this.variable(name), this.variable(name + velocitySuffix), gradient, learningRate, config.momentum, config.weightDecay)
    }
    if (!correct) throw new Error('The loss was not computed.')
    // Kept through variableGrads' own tidy: handed back to the caller's.
    const counted = tf.clone(correct)
    correct.dispose()
    return [value, counted]
  }

  /**
   * By the running statistics: losses [batch], predicted classes [batch] as float32, and the cross-entropy against
   * these [batch], which is −log of the probability that the network gives its own prediction.
   */
  evaluate(x: Tensor4D, labels: Tensor1D): [Tensor, Tensor, Tensor] {
    const { tf } = this.ops
    const logits = this.forward(x, false)
    const predicted = this.predicted(logits)
    return [this.ops.crossEntropy(logits, labels), tf.cast(predicted, 'float32'), this.ops.crossEntropy(logits, predicted)]
  }

  dispose(): void {
    for (const v of this.variables.values()) v.dispose()
  }

  /** int32 [batch] */
  private predicted(logits: Tensor2D): Tensor1D {
    const { tf } = this.ops
    return tf.cast<Tensor1D>(tf.argMax(logits, 1), 'int32')
  }

  /** Whether each prediction is right (1 or 0) [batch]. */
  private right(logits: Tensor2D, labels: Tensor1D): Tensor {
    const { tf } = this.ops
    return tf.cast(tf.equal(this.predicted(logits), labels), 'float32')
  }

  private convNormRelu(x: Tensor4D, layer: LayerSummary, training: boolean, residual?: Tensor4D): Tensor4D {
    const { ops } = this
    const kernel = this.variable(`${layer.name}.kernel`) as Tensor as Tensor4D
    const norm = this.norm(layer.name)
    if (training) {
      const filtered = layer.bank ? ops.bankConv2d(x, kernel, layer.stride, layer.bank) : ops.conv2d(x, kernel, layer.stride)
      return ops.normRelu(filtered, norm, residual)
    }
    const y = ops.foldedConv2d(x, layer.bank ? expandKernel(ops.tf, kernel, layer.bank) : kernel, norm, layer.stride)
    return ops.relu(residual ? ops.tf.add(y, residual) : y)
  }

  /** Option A: every second pixel, and zeros for the channels that the input lacks. */
  private shortcut(x: Tensor4D, channels: number): Tensor4D {
    const missing = (channels - (x.shape[3] ?? 0)) / 2
    return this.ops.tf.pad(this.ops.subsample(x), [[0, 0], [0, 0], [0, 0], [missing, missing]])
  }

  private norm(layer: string): NormVariables {
    const of = (name: string): Variable => this.variable(`${layer}.norm.${name}`)
    return { scale: of('scale'), offset: of('offset'), mean: of('mean'), variance: of('variance') }
  }

  private variable(name: string): Variable {
    const v = this.variables.get(name)
    if (!v) throw new Error(`No such variable: ${name}`)
    return v
  }
}
