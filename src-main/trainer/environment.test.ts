import { describe, expect, it } from 'vitest'
import { cpuBfloat16, gpuBfloat16, gpusIn, instructionsIn } from './environment'

describe('hardware support for bfloat16', () => {
  it('is detected from the flags of a processor', () => {
    const cpuinfo = (flags: string): string =>
      `processor\t: 0\nmodel name\t: A processor\nflags\t\t: fpu sse ${flags} avx\nvmx flags\t: avx512_bf16\n\nprocessor\t: 1\n`
    expect(cpuBfloat16(cpuinfo('avx512f avx512_bf16'), true)).toBe('avx512_bf16')
    expect(cpuBfloat16(cpuinfo('avx512_bf16 amx_bf16'), true)).toBe('amx_bf16')
    expect(cpuBfloat16(cpuinfo('avx512f avx512_bf16x'), true)).toBeNull()
    expect(cpuBfloat16(cpuinfo('avx512_bf16'), false)).toBeNull()
    expect(cpuBfloat16('', true)).toBeNull()
  })

  it('is detected from the compute capability of a GPU', () => {
    const gpus = gpusIn(
      'NVIDIA H100 80GB HBM3, 9.0, 81559\nTesla V100-SXM2-16GB, 7.0, 16384\nNVIDIA A100, SXM4, 8.0, 40960\nQuadro, [N/A], [N/A]\n\n',
    )
    expect(gpus.map((gpu) => [gpu.name, gpuBfloat16(gpu)])).toEqual([
      ['NVIDIA H100 80GB HBM3', 'compute capability 9.0'],
      ['Tesla V100-SXM2-16GB', null],
      ['NVIDIA A100, SXM4', 'compute capability 8.0'],
      ['Quadro', null],
    ])
    expect(gpus.map(({ bytes }) => bytes)).toEqual([81559 * 2 ** 20, 2 ** 34, 40 * 2 ** 30, null])
    expect(gpusIn('')).toEqual([])
  })
})

it('returns the vector instructions by which libraries choose their code', () => {
  expect(
    instructionsIn('processor\t: 0\nmodel name\t: x\nflags\t\t: fpu sse4_2 avx2 fma avx512_bf16 amx_tile hypervisor\n'),
  ).toBe('sse4_2 avx2 fma avx512_bf16 amx_tile')
  expect(instructionsIn('processor\t: 0\nFeatures\t: fp asimd sve bf16\n')).toBe('asimd sve bf16')
  expect(instructionsIn('')).toBe('')
})
