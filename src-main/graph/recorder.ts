/**
 * Records tfjs-node code as a TensorFlow graph.
 * Every tfjs-node kernel ends in one of two backend methods, which get an operation's name, attributes and inputs.
 * Replacing them records the forward pass, the gradients and the optimizer. Nothing is computed: outputs are tensors of
 * the right shapes without values. A tensor is identified by its dataId: an input becomes a Placeholder, a variable a
 * resource read, the output of a recorded operation an edge, anything else a constant. A variable that the recorded
 * code assigned is assigned in the graph.
 */
import type { Tensor, TensorInfo, Variable } from '@tensorflow/tfjs-node-gpu'
import type { Precision } from '../contract/experiment'
import { attributes, type Attributes } from './attributes'
import { toBfloat16 } from './bfloat16'
import { padByZero, sumGradientsInKernels } from './fuse'
import { GraphBuilder, savedModel } from './graphDef'
import { Session, type FunctionSignature } from './session'
import { outputTypes, type TensorType } from './shapes'
import type { Backend, TensorFlow, TFEOpAttr } from './tensorflow'

/** Code to record. */
export interface RecordedFunction {
  /** Tensors that represent the function's inputs. */
  inputs: Tensor[]
  /** An input that is computed in the graph from other inputs, which the function gets instead. */
  made?: ReadonlyMap<Tensor, MakeInput>
  run: () => Tensor[]
}

/** Adds nodes whose names begin with `name`; returns the edge of their result and their inputs. */
export type MakeInput = (graph: GraphBuilder, name: string) => { edge: string; inputs: FunctionSignature['inputs'] }

export class Recorder {
  private readonly graph: GraphBuilder
  private readonly attributes: Attributes
  private readonly backend: Backend
  private readonly functions = new Map<string, FunctionSignature>()
  private readonly names: ReadonlyMap<Variable, string>
  private count = 0
  /** Set while a function is recorded. */
  private scope: Scope | null = null

  /** @param variables every variable that recorded code reads or assigns, by its name in the graph */
  constructor(
    private readonly tensorflow: TensorFlow,
    private readonly variables: ReadonlyMap<string, Variable>,
  ) {
    this.backend = tensorflow.backend
    this.graph = new GraphBuilder(tensorflow.binding)
    this.attributes = attributes(tensorflow.binding)
    this.names = new Map([...variables].map(([name, v]) => [v, name]))
    for (const [name, v] of variables) {
      this.declare(name, v.shape, tensorflow.binding.TF_FLOAT)
      this.graph.add(
        `${name}/get`,
        'ReadVariableOp',
        [name],
        [this.attributes.type('dtype', tensorflow.binding.TF_FLOAT)],
      )
    }
  }

  private declare(variable: string, shape: number[], dtype: number): void {
    const { graph } = this
    const { type, dims, text } = this.attributes
    graph.add(
      variable,
      'VarHandleOp',
      [],
      [type('dtype', dtype), dims('shape', shape), text('shared_name', variable), text('container', '')],
    )
    graph.add(`${variable}/value`, 'Placeholder', [], [type('dtype', dtype), dims('shape', shape)])
    graph.add(`${variable}/set`, 'AssignVariableOp', [variable, `${variable}/value`], [type('dtype', dtype)])
    // An assignment has no output to fetch: add one that waits for it.
    graph.add(
      `${variable}/confirm`,
      'Size',
      [`${variable}/value`, `^${variable}/set`],
      [type('T', dtype), type('out_type', this.tensorflow.binding.TF_INT32)],
    )
  }

  /**
   * Adds data that stay with the graph but are not variables; the function of the same name sets them, once.
   * @returns the edge of their handle
   */
  hold(name: string, shape: number[], dtype: number): string {
    this.declare(name, shape, dtype)
    this.functions.set(name, { inputs: [{ name: `${name}/value`, shape, dtype }], fetches: [`${name}/confirm`] })
    return name
  }

  /** Adds a value for the input computations of functions recorded later. @returns its edge */
  constant(name: string, values: Float32Array): string {
    return this.graph.constant(
      name,
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      [values.length],
      this.tensorflow.binding.TF_FLOAT,
    )
  }

  /**
   * Runs `fn` once and records its operations as a function of the graph. Frees all tensors that it creates. Inputs and
   * outputs keep the shapes of this run.
   */
  record(name: string, fn: RecordedFunction): void {
    const { graph, backend, tensorflow } = this
    const { type, dims } = this.attributes
    const edges = new Map<object, string>()
    const updates: string[] = []
    this.scope = { name, edges, updates, handled: new Set() }
    const scope = this.scope

    const inputs = fn.inputs.flatMap((input, i) => {
      const placeholder = `${name}/in${i}`
      const made = fn.made?.get(input)?.(graph, placeholder)
      const { shape, dtype } = this.typeOf(input)
      const edge = made?.edge ?? graph.add(placeholder, 'Placeholder', [], [type('dtype', dtype), dims('shape', shape)])
      edges.set(input.dataId, shape.length > 1 ? this.shaped(edge, `${placeholder}/shaped`, shape, dtype) : edge)
      return made?.inputs ?? [{ name: placeholder, shape, dtype }]
    })
    const before = new Map([...this.variables].map(([variable, v]) => [variable, v.dataId]))
    for (const [variable, dataId] of before)
      edges.set(
        dataId,
        graph.add(
          `${name}/read/${variable}`,
          'ReadVariableOp',
          [variable],
          [type('dtype', tensorflow.binding.TF_FLOAT)],
        ),
      )

    const { executeSingleOutput, executeMultipleOutputs } = backend
    backend.executeSingleOutput = (op, attrs, inputs) => this.node(op, attrs, inputs)[0] as Tensor
    backend.executeMultipleOutputs = (op, attrs, inputs) => this.node(op, attrs, inputs)
    try {
      tensorflow.tf.tidy(() => {
        const outputs = fn.run()
        for (const [variable, v] of this.variables) {
          if (v.dataId === before.get(variable) || scope.handled.has(v)) continue
          updates.push(
            graph.add(
              `${name}/assign/${variable}`,
              'AssignVariableOp',
              [variable, this.edge(v)],
              [type('dtype', tensorflow.binding.TF_FLOAT)],
            ),
          )
        }
        // Outputs wait for all updates: one session call is one complete step.
        const fetches = outputs.map((output, i) =>
          graph.add(
            `${name}/out${i}`,
            'Identity',
            [this.edge(output), ...updates.map((update) => `^${update}`)],
            [type('T', this.typeOf(output).dtype)],
          ),
        )
        this.functions.set(name, { inputs, fetches })
      })
    } finally {
      backend.executeSingleOutput = executeSingleOutput
      backend.executeMultipleOutputs = executeMultipleOutputs
      this.scope = null
    }
  }

  /**
   * Sets the shape of an input explicitly: TensorFlow's optimizer treats the shape of fed tensors as unknown, and fuses
   * less.
   */
  private shaped(edge: string, name: string, shape: number[], dtype: number): string {
    const { type } = this.attributes
    const { TF_INT32 } = this.tensorflow.binding
    const sizes = this.graph.constant(
      `${name}/sizes`,
      new Uint8Array(Int32Array.from(shape).buffer),
      [shape.length],
      TF_INT32,
    )
    return this.graph.add(name, 'Reshape', [edge, sizes], [type('T', dtype), type('Tshape', TF_INT32)])
  }

  /**
   * Replaces the effect of `eager` by one TensorFlow operation in the recorded graph; outside of a recording, `eager`
   * runs. For TensorFlow's fused in-place updates, which tfjs-node cannot call eagerly.
   * @param updated variables whose new value the operation writes itself
   */
  fused(op: string, inputs: (Variable | Tensor)[], attrs: TFEOpAttr[], updated: Variable[], eager: () => void): void {
    const scope = this.scope
    if (!scope) return eager()
    const edges = inputs.map((input) =>
      updated.includes(input as Variable) ? this.nameOf(input as Variable) : this.edge(input),
    )
    scope.updates.push(this.graph.add(`${scope.name}/${this.count++}/${op}`, op, edges, attrs))
    for (const v of updated) scope.handled.add(v)
  }

  /**
   * Returns a session of the recorded functions, with variables set to the values in `initial`.
   * @param forGpu rewrites for a GPU; a CPU computes the same
   */
  compile(initial: ReadonlyMap<string, Float32Array>, precision: Precision, forGpu = false): Session {
    const { binding } = this.tensorflow
    const fused = forGpu ? padByZero(this.graph.nodes) : sumGradientsInKernels(this.graph.nodes)
    const nodes = precision === 'bfloat16' ? toBfloat16(binding, fused) : fused
    const session = new Session(
      binding,
      savedModel(binding, nodes),
      this.functions,
      [...this.variables].map(([name, v]) => ({ name, shape: v.shape })),
    )
    session.setVariables(initial)
    return session
  }

  private node(op: string, attrs: TFEOpAttr[], inputs: TensorInfo[]): Tensor[] {
    const { scope, backend } = this
    if (!scope) throw new Error('A node is only added while a function is recorded.')
    const from = inputs.map((input) => this.edge(input))
    const values = (i: number): number[] => [...(backend.readSync((inputs[i] as TensorInfo).dataId) as Int32Array)]
    const types = outputTypes(
      op,
      attrs,
      inputs.map((input) => this.typeOf(input)),
      values,
    )
    const name = this.graph.add(`${scope.name}/${this.count++}/${op}`, op, from, attrs)
    return types.map((type, i) => {
      // A tensor without a value: only its dataId and shape are used.
      const output = backend.createOutputTensor({ ...type, id: -1 })
      scope.edges.set(output.dataId, i === 0 ? name : `${name}:${i}`)
      return output
    })
  }

  private edge(input: TensorInfo): string {
    const { scope, graph, backend } = this
    if (!scope) throw new Error('An edge is only known while a function is recorded.')
    const known = scope.edges.get(input.dataId)
    if (known !== undefined) return known
    const { shape, dtype } = this.typeOf(input)
    const values = backend.readSync(input.dataId) as Float32Array | Int32Array | Uint8Array
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    const edge = graph.constant(`${scope.name}/${this.count++}/const`, bytes, shape, dtype)
    scope.edges.set(input.dataId, edge)
    return edge
  }

  private nameOf(v: Variable): string {
    const name = this.names.get(v)
    if (name === undefined) throw new Error('A variable is updated that the recorder does not know.')
    return name
  }

  private typeOf({ dataId, shape }: Pick<TensorInfo, 'dataId' | 'shape'>): TensorType {
    const entry = this.backend.tensorMap.get(dataId)
    if (!entry) throw new Error('A tensor was used after it was disposed.')
    // tfjs reshapes some tensors without an operation: the entry's own shape can be outdated.
    return { shape, dtype: entry.dtype }
  }
}

interface Scope {
  name: string
  edges: Map<object, string>
  /** Nodes that change variables. */
  updates: string[]
  /** Variables that a fused operation updates: no assignment is added for them. */
  handled: Set<Variable>
}
