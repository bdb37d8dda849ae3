import { describe, expect, it } from 'vitest'
import { toBfloat16 } from './bfloat16'
import { padByZero, sumGradientsInKernels } from './fuse'
import type { GraphNode } from './graphDef'
import type { TFJSBinding } from './tensorflow'

/** The names of types that rewriting reads, with TensorFlow's values. */
const binding = { TF_FLOAT: 1, TF_ATTR_TYPE: 2, TF_ATTR_BOOL: 3, TF_ATTR_INT: 4 } as unknown as TFJSBinding
const node = (name: string, op: string, inputs: string[]): GraphNode => ({
  name,
  op,
  inputs,
  attrs: [{ name: 'T', type: 2, value: 1 }],
})
const typeOf = (nodes: GraphNode[], name: string): unknown =>
  nodes.find((n) => n.name === name)?.attrs.find((a) => a.name === 'T')?.value

describe('toBfloat16', () => {
  const graph = [
    node('x', 'Placeholder', []),
    node('w', 'ReadVariableOp', []),
    node('conv', 'Conv2D', ['x', 'w']),
    node('norm', 'FusedBatchNormV3', ['conv', 'scale', 'offset', 'mean', 'variance']),
    node('relu', 'Relu', ['norm']),
    node('features', 'Mean', ['relu', 'axes']),
    node('alone', 'Relu', ['w']),
    node('filter', 'Conv2DBackpropFilter', ['x', 'sizes', 'relu']),
    node('update', 'ResourceApplyMomentum', ['v', 'a', 'rate', 'filter', 'm']),
    node('moved', 'AssignVariableOp', ['m', 'norm:1', '^update']),
  ]
  const rewritten = toBfloat16(binding, graph)

  it('converts convolutions, normalisation and what follows them', () => {
    expect(['conv', 'norm', 'relu', 'filter'].map((name) => typeOf(rewritten, name))).toEqual([14, 14, 14, 14])
  })

  it('does not convert loss, weights, statistics and update', () => {
    expect(['features', 'alone', 'update'].map((name) => typeOf(rewritten, name))).toEqual([1, 1, 1])
    // The mean is the second output of normalisation, and stays float32.
    expect(rewritten.find((n) => n.name === 'moved')?.inputs).toEqual(['m', 'norm:1', '^update'])
  })

  it('casts once at each edge, and before the node that needs it', () => {
    const casts = rewritten.filter((n) => n.op === 'Cast')
    expect(casts.map((n) => n.name).sort()).toEqual(['filter/float32', 'relu/float32', 'w/bfloat16', 'x/bfloat16'])
    expect(rewritten.find((n) => n.name === 'filter')?.inputs).toEqual(['x/bfloat16', 'sizes', 'relu'])
    for (const [i, n] of rewritten.entries())
      for (const edge of n.inputs) {
        const from = rewritten.findIndex((other) => other.name === edge)
        if (from >= 0) expect(from).toBeLessThan(i)
      }
  })

  it('does not modify its input', () => {
    expect(graph.every((n) => n.attrs[0]?.value === 1)).toBe(true)
  })
})

describe('sumGradientsInKernels', () => {
  const grad = (name: string, dy: string): GraphNode => ({
    ...node(name, 'WorkbenchNormGrad', ['x', 's', 'm', 'i', 'y', dy]),
    attrs: [{ name: 'gradients', type: 4, value: 1 }],
  })

  it('lets the kernel add two gradients', () => {
    const rewritten = sumGradientsInKernels([node('sum', 'Add', ['a', 'b']), grad('g', 'sum')])
    expect(rewritten).toEqual([
      {
        ...grad('g', 'sum'),
        inputs: ['x', 's', 'm', 'i', 'y', 'a', 'b'],
        attrs: [{ name: 'gradients', type: 4, value: 2 }],
      },
    ])
  })

  it('keeps a sum with another consumer', () => {
    const graph = [node('sum', 'Add', ['a', 'b']), grad('g', 'sum'), node('other', 'Relu', ['sum'])]
    expect(sumGradientsInKernels(graph)).toEqual(graph)
  })
})

describe('padByZero', () => {
  const constant = (name: string, value: number): GraphNode => ({
    ...node(name, 'Const', []),
    constant: { bytes: new Uint8Array(Float32Array.of(value).buffer), shape: [], dtype: 1 },
  })
  const graph = [
    constant('zero', 0),
    constant('one', 1),
    node('a', 'PadV2', ['x', 'paddings', 'zero']),
    node('b', 'PadV2', ['a', 'paddings', 'one']),
  ]

  it('names the value only if it is not zero', () =>
    expect(padByZero(graph).map(({ op, inputs }) => [op, inputs])).toEqual([
      ['Const', []],
      ['Const', []],
      ['Pad', ['x', 'paddings']],
      ['PadV2', ['a', 'paddings', 'one']],
    ]))
})
