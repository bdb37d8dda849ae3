/** Writes TensorFlow's GraphDef with the message classes that tfjs-node ships. */
import { createRequire } from 'node:module'
import { attributes } from './attributes'
import type { TFEOpAttr, TFJSBinding } from './tensorflow'

interface Message {
  serializeBinary(): Uint8Array
}
interface AttrValue extends Message {
  setS(base64: string): void
  setI(value: number): void
  setF(value: number): void
  setB(value: boolean): void
  setType(value: number): void
  setShape(shape: Message): void
  setTensor(tensor: Message): void
  setList(list: Message): void
}
interface ListValue extends Message {
  setSList(base64: string[]): void
  setIList(values: number[]): void
  setFList(values: number[]): void
  setBList(values: boolean[]): void
  setTypeList(values: number[]): void
}
interface NodeDef extends Message {
  setName(name: string): void
  setOp(op: string): void
  setInputList(inputs: string[]): void
  getAttrMap(): { set(key: string, value: AttrValue): void }
}
/** The parts of TensorFlow's protocol that a graph needs; the package has no types for them. */
interface Protocol {
  NodeDef: new () => NodeDef
  AttrValue: { new (): AttrValue; ListValue: new () => ListValue }
  TensorShape: {
    new (): Message & { setDimList(dims: Message[]): void }
    Dim: new () => Message & { setSize(size: number): void }
  }
  Tensor: new () => Message & {
    setDtype(dtype: number): void
    setTensorShape(shape: Message): void
    setTensorContent(base64: string): void
  }
  VersionDef: new () => Message & { setProducer(version: number): void }
  GraphDef: new () => Message & { setNodeList(nodes: Message[]): void; setVersions(version: Message): void }
  MetaGraphDef: {
    new (): Message & { setMetaInfoDef(info: Message): void; setGraphDef(graph: Message): void }
    MetaInfoDef: new () => Message & { setTagsList(tags: string[]): void }
  }
  SavedModel: new () => Message & {
    setSavedModelSchemaVersion(version: number): void
    setMetaGraphsList(graphs: Message[]): void
  }
}

/** The tag by which a session finds the graph. */
export const graphTag = 'serve'
/** GraphDef producer version: any version with the operations used here. */
const producer = 27

/** A node before it is serialised, which graph rewriting works on. */
export interface GraphNode {
  name: string
  op: string
  /** Edges: a node's name for its first output, `name:1` and so on for the others, `^name` for a control dependency. */
  inputs: string[]
  attrs: TFEOpAttr[]
  /** Value of a Const: little endian, row by row. */
  constant?: { bytes: Uint8Array; shape: number[]; dtype: number }
}

/** Collects the nodes of one graph in topological order; the caller keeps names unique. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = []

  constructor(private readonly binding: TFJSBinding) {}

  /** Adds a node and returns its name: the edge of its first output. */
  add(name: string, op: string, inputs: string[], attrs: TFEOpAttr[] = []): string {
    this.nodes.push({ name, op, inputs, attrs })
    return name
  }

  /** `bytes` little endian, row by row. */
  constant(name: string, bytes: Uint8Array, shape: number[], dtype: number): string {
    this.nodes.push({
      name,
      op: 'Const',
      inputs: [],
      attrs: [attributes(this.binding).type('dtype', dtype)],
      constant: { bytes, shape, dtype },
    })
    return name
  }
}

/** Returns a graph as the bytes of a SavedModel, the only format that tfjs-node's addon loads. */
export function savedModel(binding: TFJSBinding, nodes: readonly GraphNode[]): Uint8Array {
  return new SavedModelWriter(binding).write(nodes)
}

class SavedModelWriter {
  private readonly protocol: Protocol

  constructor(private readonly binding: TFJSBinding) {
    const require = createRequire(__filename)
    const generated = require('@tensorflow/tfjs-node-gpu/dist/proto/api_pb') as Protocol & { tensorflow?: Protocol }
    this.protocol = generated.tensorflow ?? generated
  }

  write(nodes: readonly GraphNode[]): Uint8Array {
    const p = this.protocol
    const version = new p.VersionDef()
    version.setProducer(producer)
    const graph = new p.GraphDef()
    graph.setNodeList(nodes.map((node) => this.node(node)))
    graph.setVersions(version)
    const info = new p.MetaGraphDef.MetaInfoDef()
    info.setTagsList([graphTag])
    const meta = new p.MetaGraphDef()
    meta.setMetaInfoDef(info)
    meta.setGraphDef(graph)
    const model = new p.SavedModel()
    model.setSavedModelSchemaVersion(1)
    model.setMetaGraphsList([meta])
    return model.serializeBinary()
  }

  private node({ name, op, inputs, attrs, constant }: GraphNode): NodeDef {
    const node = new this.protocol.NodeDef()
    node.setName(name)
    node.setOp(op)
    node.setInputList(inputs)
    for (const attr of attrs) node.getAttrMap().set(attr.name, this.attr(attr))
    if (constant) node.getAttrMap().set('value', this.tensor(constant))
    return node
  }

  private tensor({ bytes, shape, dtype }: NonNullable<GraphNode['constant']>): AttrValue {
    const tensor = new this.protocol.Tensor()
    tensor.setDtype(dtype)
    tensor.setTensorShape(this.shape(shape))
    tensor.setTensorContent(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'))
    const value = new this.protocol.AttrValue()
    value.setTensor(tensor)
    return value
  }

  private shape(sizes: number[]): Message {
    const shape = new this.protocol.TensorShape()
    shape.setDimList(
      sizes.map((size) => {
        const dim = new this.protocol.TensorShape.Dim()
        dim.setSize(size)
        return dim
      }),
    )
    return shape
  }

  private attr({ name, type, value }: TFEOpAttr): AttrValue {
    const { TF_ATTR_SHAPE, TF_ATTR_STRING, TF_ATTR_INT, TF_ATTR_FLOAT, TF_ATTR_BOOL, TF_ATTR_TYPE } = this.binding
    const attr = new this.protocol.AttrValue()
    if (type === TF_ATTR_SHAPE) {
      attr.setShape(this.shape(value as number[]))
      return attr
    }
    const base64 = (text: unknown): string => Buffer.from(String(text)).toString('base64')
    if (Array.isArray(value)) {
      const list = new this.protocol.AttrValue.ListValue()
      if (type === TF_ATTR_STRING) list.setSList(value.map(base64))
      else if (type === TF_ATTR_INT) list.setIList(value)
      else if (type === TF_ATTR_FLOAT) list.setFList(value)
      else if (type === TF_ATTR_BOOL) list.setBList(value.map(Boolean))
      else if (type === TF_ATTR_TYPE) list.setTypeList(value)
      else throw new Error(`Attribute ${name} has a type that the recorder does not support: ${type}`)
      attr.setList(list)
      return attr
    }
    if (type === TF_ATTR_STRING) attr.setS(base64(value))
    else if (type === TF_ATTR_INT) attr.setI(Number(value))
    else if (type === TF_ATTR_FLOAT) attr.setF(Number(value))
    else if (type === TF_ATTR_BOOL) attr.setB(Boolean(value))
    else if (type === TF_ATTR_TYPE) attr.setType(Number(value))
    else throw new Error(`Attribute ${name} has a type that the recorder does not support: ${type}`)
    return attr
  }
}
