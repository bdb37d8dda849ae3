/** A network over its variables; blocks as in `blocks`. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu'
import type { ExperimentConfig } from '../contract/experiment'
import type { LayerSummary } from '../contract/models/models'
import {
  kernelShape,
  parts,
  type BlockSpec,
  type InvertedBlock,
  type NetworkSpec,
  type Part,
  type PreactivationBlock,
} from './blocks'
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
  const ofPart = (part: Part): ParameterSpec[] => {
    if ('layer' in part) {
      const shape = kernelShape(part.layer)
      return [
        {
          name: `${part.layer.name}.kernel`,
          shape,
          trainable: true,
          initial: 'kaiming',
          fanIn: shape[0] * shape[1] * shape[2],
        },
      ]
    }
    const vector = (name: string, trainable: boolean, initial: 'ones' | 'zeros'): ParameterSpec => ({
      name: `${part.norm}.norm.${name}`,
      shape: [part.channels],
      trainable,
      initial,
      fanIn: 0,
    })
    return [
      vector('scale', true, 'ones'),
      vector('offset', true, 'zeros'),
      vector('mean', false, 'zeros'),
      vector('variance', false, 'ones'),
    ]
  }
  return [
    ...parts(spec).flatMap(ofPart),
    {
      name: 'dense.weight',
      shape: [spec.features, spec.classes],
      trainable: true,
      initial: 'kaiming',
      fanIn: spec.features,
    },
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
export class Network {
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
    const zeros = (name: string, shape: number[], trainable: boolean): [string, Variable] => [
      name,
      tf.tidy(() => tf.variable(tf.zeros(shape), trainable)),
    ]
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
    const y = this.spec.blocks.reduce((input, block) => this.block(input, block, training), x)
    const features = tf.mean(y, [1, 2])
    return tf.add(tf.matMul(features, this.variable('dense.weight')), this.variable('dense.bias'))
  }

  /**
   * One step of the recipe: forward, loss, gradients, weight decay, momentum, running statistics.
   * @returns the mean cross-entropy over the batch and the number of right predictions, both before the update
   */
  step(
    x: Tensor4D,
    labels: Tensor1D,
    learningRate: Tensor,
    config: Pick<ExperimentConfig, 'momentum' | 'weightDecay'>,
  ): [Tensor, Tensor] {
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
      this.ops.momentumUpdate(
        this.variable(name),
        this.variable(name + velocitySuffix),
        gradient,
        learningRate,
        config.momentum,
        config.weightDecay,
      )
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
    return [
      this.ops.crossEntropy(logits, labels),
      tf.cast(predicted, 'float32'),
      this.ops.crossEntropy(logits, predicted),
    ]
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

  private block(x: Tensor4D, block: BlockSpec, training: boolean): Tensor4D {
    switch (block.kind) {
      case 'conv':
        return block.norm ? this.convNormRelu(x, block.conv, training) : this.conv(x, block.conv, training)
      case 'pool':
        return this.ops.maxPool(x)
      case 'basic': {
        const shortcut = block.subsample ? this.shortcut(x, block.conv2.out) : x
        return this.convNormRelu(this.convNormRelu(x, block.conv1, training), block.conv2, training, shortcut)
      }
      case 'preactivation':
        return this.preactivation(x, block, training)
      case 'inverted':
        return this.inverted(x, block, training)
      case 'norm':
        return this.normRelu(x, block.name, training)
    }
  }

  private preactivation(x: Tensor4D, { conv1, conv2, shortcut }: PreactivationBlock, training: boolean): Tensor4D {
    const { ops } = this
    const active = this.normRelu(x, conv1.name, training)
    // Nothing stands between the first convolution and the second's normalisation: evaluation folds one into the other.
    const inner = training
      ? this.normRelu(this.conv(active, conv1, training), conv2.name, training)
      : ops.relu(this.folded(active, conv1, conv2.name))
    return ops.tf.add(this.conv(inner, conv2, training), shortcut ? this.conv(active, shortcut, training) : x)
  }

  private inverted(x: Tensor4D, { expand, depthwise, project, shortcut }: InvertedBlock, training: boolean): Tensor4D {
    const y = this.convNorm(
      this.convNormRelu(this.convNormRelu(x, expand, training), depthwise, training),
      project,
      training,
    )
    if (shortcut === null) return y
    return this.ops.tf.add(y, shortcut === 'input' ? x : this.convNorm(x, shortcut, training))
  }

  private convNormRelu(x: Tensor4D, layer: LayerSummary, training: boolean, residual?: Tensor4D): Tensor4D {
    const { ops } = this
    if (training) return ops.normRelu(this.conv(x, layer, training), this.norm(layer.name), residual)
    const y = this.folded(x, layer, layer.name)
    return ops.relu(residual ? ops.tf.add(y, residual) : y)
  }

  private convNorm(x: Tensor4D, layer: LayerSummary, training: boolean): Tensor4D {
    return training
      ? this.ops.norm(this.conv(x, layer, training), this.norm(layer.name))
      : this.folded(x, layer, layer.name)
  }

  private normRelu(x: Tensor4D, name: string, training: boolean): Tensor4D {
    const { ops } = this
    return training ? ops.normRelu(x, this.norm(name)) : ops.relu(ops.runningNorm(x, this.norm(name)))
  }

  private conv(x: Tensor4D, layer: LayerSummary, training: boolean): Tensor4D {
    const { ops } = this
    const kernel = this.kernel(layer)
    if (layer.groups > 1) return ops.depthwiseConv2d(x, kernel, layer.stride, layer.bank)
    if (!layer.bank) return ops.conv2d(x, kernel, layer.stride)
    return training
      ? ops.bankConv2d(x, kernel, layer.stride, layer.bank)
      : ops.conv2d(x, expandKernel(ops.tf, kernel, layer.bank), layer.stride)
  }

  /** A convolution and a normalisation by its running statistics, which is its own or of that name. */
  private folded(x: Tensor4D, layer: LayerSummary, norm: string): Tensor4D {
    const { ops } = this
    const kernel = this.kernel(layer)
    return ops.foldedConv2d(x, layer.bank ? expandKernel(ops.tf, kernel, layer.bank) : kernel, this.norm(norm), layer)
  }

  /** Option A: every second pixel, and zeros for the channels that the input lacks. */
  private shortcut(x: Tensor4D, channels: number): Tensor4D {
    const missing = (channels - (x.shape[3] ?? 0)) / 2
    return this.ops.tf.pad(this.ops.subsample(x), [
      [0, 0],
      [0, 0],
      [0, 0],
      [missing, missing],
    ])
  }

  private kernel(layer: LayerSummary): Tensor4D {
    return this.variable(`${layer.name}.kernel`) as Tensor as Tensor4D
  }

  private norm(name: string): NormVariables {
    const of = (part: string): Variable => this.variable(`${name}.norm.${part}`)
    return { scale: of('scale'), offset: of('offset'), mean: of('mean'), variance: of('variance') }
  }

  private variable(name: string): Variable {
    const v = this.variables.get(name)
    if (!v) throw new Error(`No such variable: ${name}`)
    return v
  }
}
