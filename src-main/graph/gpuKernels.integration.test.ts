import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { expect, it } from 'vitest'
import { precisions, variants, type Arch, type Precision, type Variant } from '../contract/experiment'
import { network } from '../nn/architecture'
import { initialValues } from '../nn/network'
import known from './gpuKernels.json'
import { loadTensorFlow, type TensorFlow } from './tensorflow'
import { buildTrainingGraph } from './training'

/** The parts of a SavedModel that the tests read, as `toObject` returns them. */
interface SavedModel {
  metaGraphsList: {
    graphDef: { nodeList: { name: string; op: string; inputList: string[]; attrMap: [string, { type: number }][] }[] }
  }[]
}
interface Protocol {
  SavedModel: { deserializeBinary: (bytes: Uint8Array) => { toObject: () => SavedModel } }
}
type Node = SavedModel['metaGraphsList'][number]['graphDef']['nodeList'][number]

/** Names of TensorFlow's types in the registry of kernels. */
const types: Readonly<Record<number, string>> = {
  1: 'float',
  3: 'int32',
  4: 'uint8',
  9: 'int64',
  10: 'bool',
  14: 'bfloat16',
}

/** An operation with all of its types, by which TensorFlow finds a kernel. */
function kernelOf({ op, attrMap }: Node): string {
  const own = attrMap.flatMap(([name, { type }]) => (type === 0 ? [] : [`${name}=${types[type] ?? type}`]))
  return [op, ...own.sort()].join(' ')
}

/** Returns the graph that TensorFlow receives on a GPU. */
async function graphForGpu(arch: Arch, variant: Variant, precision: Precision): Promise<Node[]> {
  const tensorflow = await loadTensorFlow()
  const require = createRequire(__filename)
  const generated = require('@tensorflow/tfjs-node-gpu/dist/proto/api_pb') as Protocol & { tensorflow?: Protocol }
  let model: SavedModel | null = null
  const members = {
    loadSavedModel(dir: string, tags: string) {
      model = (generated.tensorflow ?? generated).SavedModel.deserializeBinary(
        readFileSync(path.join(dir, 'saved_model.pb')),
      ).toObject()
      return tensorflow.binding.loadSavedModel(dir, tags)
    },
  }
  // Not assigned to the addon's own members, which are read-only.
  const watching: TensorFlow = {
    ...tensorflow,
    binding: Object.create(tensorflow.binding, Object.getOwnPropertyDescriptors(members)) as TensorFlow['binding'],
  }
  const spec = network(arch, variant, 10)
  const resident = { train: new Uint8Array(6 * 3072), test: new Uint8Array(3072), table: new Float32Array(768) }
  buildTrainingGraph(watching, {
    spec,
    batchSizes: [4, 2],
    momentum: 0.9,
    weightDecay: 1e-4,
    precision,
    initial: initialValues(spec, 1),
    fused: false,
    resident,
  }).close()
  return (model as SavedModel | null)?.metaGraphsList[0]?.graphDef.nodeList ?? []
}

/** Operations whose GPU kernels use host memory. */
const onHost = new Set(['Const dtype=int32', 'VarHandleOp dtype=float', 'VarHandleOp dtype=uint8'])

const hostInputs = known.kernels as Readonly<Record<string, readonly number[]>>

const graphs: [Arch, Variant][] = [
  ...variants.map((variant): [Arch, Variant] => ['resnet-8', variant]),
  ['vgg-16-bn', 'mcnn-fl'],
  ['wrn-16-4', 'mcnn-fl'],
  ['mobilenet-v2', 'mcnn-a'],
]

it.each(graphs.flatMap(([arch, variant]) => precisions.map((precision) => [arch, variant, precision] as const)))(
  'TensorFlow has a GPU kernel for each op of %s %s in %s, and a step never waits for the host',
  async (arch, variant, precision) => {
    const nodes = await graphForGpu(arch, variant, precision)
    expect(nodes.length).toBeGreaterThan(300)
    const needed = [...new Set(nodes.map(kernelOf))].sort()
    // bench/peers/gpu_kernels.py takes the missing ones as arguments and looks them up in TensorFlow's registry.
    expect(needed.filter((kernel) => !(kernel in hostInputs))).toEqual([])

    const byName = new Map(nodes.map((node) => [node.name, node]))
    const fetched = nodes.flatMap((node) =>
      (hostInputs[kernelOf(node)] ?? []).flatMap((i) => {
        const from = byName.get(node.inputList[i]?.split(':')[0] ?? '')
        return from && !onHost.has(kernelOf(from)) ? [`${node.op} takes ${kernelOf(from)}`] : []
      }),
    )
    // The classes of a batch are compared on the host, where they are needed anyway.
    expect(new Set(fetched)).toEqual(
      new Set(['Equal takes Cast DstT=int32 SrcT=int32', 'Equal takes Placeholder dtype=int32']),
    )
  },
)
