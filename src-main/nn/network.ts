/** A network over TensorFlow variables: its forward pass, training step and evaluation. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu'
import type { ExperimentConfig } from '../contract/experiment'
import type { LayerSummary } from '../contract/models/models'
import { inputName, nodesByBlock } from '../networks/blocks'
import type { GraphNode } from '../networks/graph'
import { fusedSteps, type FusedStep } from './fusedSteps'
import { expandKernel } from './multiband'
import { kernelShape, parameterGroups, type NetworkSpec, type ParameterGroup } from './networkSpec'
import type { NormVariables, Operations } from './operations'
import { random } from './random'

/** Added to a trainable variable's name: the name of its velocity, which momentum needs. */
export const velocitySuffix = '.velocity'

interface ParameterSpec {
  name: string
  shape: number[]
  trainable: boolean
  initial: 'kaiming' | 'ones' | 'zeros'
  /** Inputs of one output, for Kaiming's initialisation; 0 for other parameters. */
  fanIn: number
}

/**
 * Returns every parameter of a network, running statistics included. Checkpoints, weights files and random streams rely
 * on the order.
 */
export function parameters(spec: NetworkSpec): ParameterSpec[] {
  const ofGroup = (group: ParameterGroup): ParameterSpec[] => {
    if ('layer' in group) {
      const shape = kernelShape(group.layer)
      return [
        {
          name: `${group.layer.name}.kernel`,
          shape,
          trainable: true,
          initial: 'kaiming',
          fanIn: shape[0] * shape[1] * shape[2],
        },
      ]
    }
    const vector = (name: string, trainable: boolean, initial: 'ones' | 'zeros'): ParameterSpec => ({
      name: `${group.norm}.norm.${name}`,
      shape: [group.channels],
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
    ...parameterGroups(spec).flatMap(ofGroup),
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
 * Returns the weights before training: Kaiming normal (He et al. 2015, equation 10: standard deviation √(2 / fan-in)) for
 * kernels and the dense layer. A parameter's values depend on the seed and its position in the network, not on the
 * variant of other layers.
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

/** A network's variables and the functions over them, which `graph/training.ts` records once. */
export class Network {
  /** Parameters and velocities by name. */
  readonly variables: ReadonlyMap<string, Variable>
  private readonly trainable: string[]
  private readonly blocks: readonly (readonly GraphNode[])[]

  constructor(
    private readonly ops: Operations,
    readonly spec: NetworkSpec,
  ) {
    const { tf } = ops
    this.blocks = nodesByBlock(spec.blocks)
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

  /** Sets eager variables by name. A recorded session has variables of its own. */
  assign(values: ReadonlyMap<string, Float32Array>): void {
    const { tf } = this.ops
    for (const [name, value] of values) {
      const v = this.variable(name)
      tf.tidy(() => v.assign(tf.tensor(value, v.shape)))
    }
  }

  /**
   * @param x normalised images [batch, height, width, channels]
   * @param training normalises by the batch and moves the running statistics; otherwise normalises by them
   * @returns logits [batch, classes]
   */
  forward(x: Tensor4D, training: boolean): Tensor2D {
    const { tf } = this.ops
    const results = new Map([[inputName, x]])
    const resultOf = (name: string): Tensor4D => {
      const result = results.get(name)
      if (!result) throw new Error(`No operation gives ${name}.`)
      return result
    }
    let last = x
    for (const step of this.blocks.flatMap((nodes) => fusedSteps(nodes, training))) {
      last = this.compute(step, resultOf, training)
      results.set(step.name, last)
    }
    const features = tf.mean(last, [1, 2])
    return tf.add(tf.matMul(features, this.variable('dense.weight')), this.variable('dense.bias'))
  }

  /**
   * Does one training step: forward, loss, gradients, weight decay, momentum, running statistics.
   * @param x normalised images [batch, height, width, channels]
   * @param labels int32 [batch]
   * @param learningRate scalar
   * @returns mean cross-entropy over the batch in nats, and the number of correct predictions, both before the update
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
      correct = tf.keep(tf.sum(this.correct(logits, labels)))
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
    // `variableGrads` disposes what it made; the clone belongs to the caller's tidy.
    const counted = tf.clone(correct)
    correct.dispose()
    return [value, counted]
  }

  /**
   * Evaluates a batch with the running statistics.
   * @returns losses in nats [batch]; predicted classes as float32 [batch]; and the cross-entropy against these [batch],
   *   which is −log of the probability that the network gives its own prediction
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

  /** Returns the predicted classes, int32 [batch]. */
  private predicted(logits: Tensor2D): Tensor1D {
    const { tf } = this.ops
    return tf.cast<Tensor1D>(tf.argMax(logits, 1), 'int32')
  }

  /** Returns 1 for each correct prediction and 0 for the others [batch]. */
  private correct(logits: Tensor2D, labels: Tensor1D): Tensor {
    const { tf } = this.ops
    return tf.cast(tf.equal(this.predicted(logits), labels), 'float32')
  }

  private compute(step: FusedStep, resultOf: (name: string) => Tensor4D, training: boolean): Tensor4D {
    const { ops } = this
    switch (step.op) {
      case 'convolution':
        return this.convolution(resultOf(step.input), step.layer, training)
      case 'foldedConvolution':
        return this.foldedConvolution(resultOf(step.input), step.layer, step.norm)
      case 'norm':
        return training
          ? ops.norm(resultOf(step.input), this.norm(step.norm))
          : ops.runningNorm(resultOf(step.input), this.norm(step.norm))
      case 'normRelu': {
        const residual = step.residual === null ? undefined : resultOf(step.residual)
        return ops.normRelu(resultOf(step.input), this.norm(step.norm), residual)
      }
      case 'relu':
        return ops.relu(resultOf(step.input))
      case 'sum':
        return ops.tf.add(resultOf(step.inputs[0]), resultOf(step.inputs[1]))
      case 'subsample':
        return ops.tf.pad(ops.subsample(resultOf(step.input)), [
          [0, 0],
          [0, 0],
          [0, 0],
          [step.zeros, step.zeros],
        ])
      case 'pool':
        return ops.maxPool(resultOf(step.input))
    }
  }

  private convolution(x: Tensor4D, layer: LayerSummary, training: boolean): Tensor4D {
    const { ops } = this
    const kernel = this.kernel(layer)
    if (layer.groups > 1) return ops.depthwiseConv2d(x, kernel, layer.stride, layer.bank)
    if (!layer.bank) return ops.conv2d(x, kernel, layer.stride)
    return training
      ? ops.bankConv2d(x, kernel, layer.stride, layer.bank)
      : ops.conv2d(x, expandKernel(ops.tf, kernel, layer.bank), layer.stride)
  }

  /** A convolution and the normalisation of its result by running statistics. @param norm name of the normalisation */
  private foldedConvolution(x: Tensor4D, layer: LayerSummary, norm: string): Tensor4D {
    const { ops } = this
    const kernel = this.kernel(layer)
    return ops.foldedConv2d(x, layer.bank ? expandKernel(ops.tf, kernel, layer.bank) : kernel, this.norm(norm), layer)
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
    if (!v) throw new Error(`The network has no variable ${name}.`)
    return v
  }
}
