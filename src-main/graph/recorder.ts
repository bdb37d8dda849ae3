/**
 * Records eager tfjs-node code as a TensorFlow graph.
 *
 * Every tfjs-node kernel ends in one of two backend methods, which take an op's name, attributes and inputs: wrapping
 * them sees the forward pass, the gradients and the optimizer alike. A tensor is known by its dataId: an input
 * becomes a Placeholder, a variable a resource read, the output of a recorded op an edge, anything else a constant.
 * A variable that was assigned over the recorded code is assigned in the graph.
 */
import type { Tensor, TensorInfo, Variable } from '@tensorflow/tfjs-node-gpu'
import { attributes, type Attributes } from './attributes'
import { GraphBuilder } from './graphDef'
import type { Backend, TensorFlow, TFEOpAttr } from './tensorflow'
import { Session, type FunctionSignature } from './session'

/** Code to be recorded. */
export interface RecordedFunction {
  /** The tensors that stand for the function's inputs. */
  inputs: Tensor[]
  run: () => Tensor[]
}

export class Recorder {
  private readonly graph: GraphBuilder
  private readonly attributes: Attributes
  private readonly backend: Backend
  private readonly functions = new Map<string, FunctionSignature>()
  private readonly names: ReadonlyMap<Variable, string>
  private count = 0
  /** Set while a function is recorded. */
  private scope: Scope | null = null

  /** @param variables every variable that recorded code reads or assigns, by the name it has in the graph */
  constructor(
    private readonly tensorflow: TensorFlow,
    private readonly variables: ReadonlyMap<string, Variable>,
  ) {
    this.backend = tensorflow.backend
    this.graph = new GraphBuilder(tensorflow.binding)
    this.attributes = attributes(tensorflow.binding)
    this.names = new Map([...variables].map(([name, v]) => [v, name]))
    for (const [name, v] of variables) this.declare(name, v)
  }

  private declare(variable: string, v: Variable): void {
    const { graph } = this
    const { type, dims, text } = this.attributes
    const { TF_FLOAT, TF_INT32 } = this.tensorflow.binding
    graph.add(variable, 'VarHandleOp', [], [type('dtype', TF_FLOAT), dims('shape', v.shape), text('shared_name', variable), text('container', '')])
    graph.add(`${variable}/value`, 'Placeholder', [], [type('dtype', TF_FLOAT), dims('shape', v.shape)])
    graph.add(`${variable}/set`, 'AssignVariableOp', [variable, `${variable}/value`], [type('dtype', TF_FLOAT)])
    graph.add(`${variable}/get`, 'ReadVariableOp', [variable], [type('dtype', TF_FLOAT)])
    // An assignment has no output to fetch: this one does, and waits for it.
    graph.add(`${variable}/confirm`, 'Size', [`${variable}/value`, `^${variable}/set`], [type('T', TF_FLOAT), type('out_type', TF_INT32)])
  }

  /**
   * Runs `fn` eagerly once and keeps what it did as a function of the graph. All tensors made on the way are freed.
   * Inputs and outputs keep the shapes that they have here.
   */
  record(name: string, fn: RecordedFunction): void {
    const { graph, backend, tensorflow } = this
    const { type, dims } = this.attributes
    const edges = new Map<object, string>()
    const updates: string[] = []
    this.scope = { name, edges, updates, handled: new Set() }
    const scope = this.scope

    fn.inputs.forEach((input, i) => {
      const dtype = this.dtype(input.dataId)
      edges.set(input.dataId, graph.add(`${name}/in${i}`, 'Placeholder', [], [type('dtype', dtype), dims('shape', input.shape)]))
    })
    const before = new Map([...this.variables].map(([variable, v]) => [variable, v.dataId]))
    for (const [variable, dataId] of before)
      edges.set(dataId, graph.add(`${name}/read/${variable}`, 'ReadVariableOp', [variable], [type('dtype', tensorflow.binding.TF_FLOAT)]))

    const { executeSingleOutput, executeMultipleOutputs } = backend
    backend.executeSingleOutput = (op, attrs, inputs) => {
      const [output] = this.node(op, attrs, inputs, () => [executeSingleOutput.call(backend, op, attrs, inputs)])
      return output as Tensor
    }
    backend.executeMultipleOutputs = (op, attrs, inputs, outputs) =>
      this.node(op, attrs, inputs, () => executeMultipleOutputs.call(backend, op, attrs, inputs, outputs))
    try {
      tensorflow.tf.tidy(() => {
        const outputs = fn.run()
        for (const [variable, v] of this.variables) {
          if (v.dataId === before.get(variable) || scope.handled.has(v)) continue
          updates.push(graph.add(`${name}/assign/${variable}`, 'AssignVariableOp', [variable, this.edge(v)], [type('dtype', tensorflow.binding.TF_FLOAT)]))
        }
        // Outputs wait for all updates: one session call is one whole step.
        const fetches = outputs.map((output, i) =>
          graph.add(`${name}/out${i}`, 'Identity', [this.edge(output), ...updates.map((update) => `^${update}`)], [type('T', this.dtype(output.dataId))]),
        )
        this.functions.set(name, {
          inputs: fn.inputs.map((input, i) => ({ name: `${name}/in${i}`, shape: input.shape, dtype: this.dtype(input.dataId) })),
          fetches,
        })
      })
    } finally {
      backend.executeSingleOutput = executeSingleOutput
      backend.executeMultipleOutputs = executeMultipleOutputs
      this.scope = null
    }
  }

  /**
   * Replaces what `eager` does by one op of TensorFlow in the graph being recorded; outside of a recording, `eager`
   * alone runs. For TensorFlow's fused in-place updates, which tfjs-node cannot call eagerly.
   * @param updated variables whose new value the op itself writes
   */
  fused(op: string, inputs: (Variable | Tensor)[], attrs: TFEOpAttr[], updated: Variable[], eager: () => void): void {
    const scope = this.scope
    if (!scope) return eager()
    const edges = inputs.map((input) => (updated.includes(input as Variable) ? this.nameOf(input as Variable) : this.edge(input)))
    scope.updates.push(this.graph.add(`${scope.name}/${this.count++}/${op}`, op, edges, attrs))
    for (const v of updated) scope.handled.add(v)
  }

  /** The recorded functions as a session, its variables set to the values that `initial` gives by name. */
  compile(initial: ReadonlyMap<string, Float32Array>): Session {
    const session = new Session(
      this.tensorflow.binding,
      this.graph.savedModel(),
      this.functions,
      [...this.variables].map(([name, v]) => ({ name, shape: v.shape })),
    )
    session.setVariables(initial)
    return session
  }

  private node(op: string, attrs: TFEOpAttr[], inputs: TensorInfo[], execute: () => Tensor[]): Tensor[] {
    const { scope } = this
    if (!scope) return execute()
    const from = inputs.map((input) => this.edge(input))
    const results = execute()
    const name = this.graph.add(`${scope.name}/${this.count++}/${op}`, op, from, attrs)
    results.forEach((result, i) => scope.edges.set(result.dataId, i === 0 ? name : `${name}:${i}`))
    return results
  }

  private edge(input: TensorInfo): string {
    const { scope, graph, backend, tensorflow } = this
    if (!scope) throw new Error('An edge is only known while a function is recorded.')
    // tfjs-node's stand-in for an int64 scalar has no dataId.
    const int64 = (input as { valueArray?: Int32Array }).valueArray
    if (int64) {
      const bytes = new Uint8Array(new BigInt64Array([BigInt(int64[0] ?? 0)]).buffer)
      return graph.constant(`${scope.name}/${this.count++}/const`, bytes, [], tensorflow.binding.TF_INT64)
    }
    const known = scope.edges.get(input.dataId)
    if (known !== undefined) return known
    const entry = backend.tensorMap.get(input.dataId)
    if (!entry) throw new Error('A tensor was used after it was disposed.')
    const values = backend.readSync(input.dataId) as Float32Array | Int32Array | Uint8Array
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    const edge = graph.constant(`${scope.name}/${this.count++}/const`, bytes, entry.shape, entry.dtype)
    scope.edges.set(input.dataId, edge)
    return edge
  }

  private nameOf(v: Variable): string {
    const name = this.names.get(v)
    if (name === undefined) throw new Error('A variable is updated that the recorder was not given.')
    return name
  }

  private dtype(dataId: object): number {
    const entry = this.backend.tensorMap.get(dataId)
    if (!entry) throw new Error('A tensor was used after it was disposed.')
    return entry.dtype
  }
}

interface Scope {
  name: string
  edges: Map<object, string>
  /** Nodes that change variables. */
  updates: string[]
  /** Variables that a fused op updates: no assignment is added for them. */
  handled: Set<Variable>
}
