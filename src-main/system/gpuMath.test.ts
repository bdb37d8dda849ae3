import { describe, expect, it } from 'vitest'
import { gpuMathIn, gpuMathWords } from './gpuMath'

describe('GPU arithmetic', () => {
  it('is float32 and repeatable unless the environment changes it', () => {
    expect(gpuMathWords(gpuMathIn({}))).toBe('float32 without TF32, repeatable convolutions, chosen by rule')
    expect(gpuMathIn({ TF_CUDNN_USE_AUTOTUNE: '1' })).toEqual({
      NVIDIA_TF32_OVERRIDE: '0',
      TF_CUDNN_DETERMINISTIC: '1',
      TF_CUDNN_USE_AUTOTUNE: '1',
    })
    expect(
      gpuMathWords({ NVIDIA_TF32_OVERRIDE: '0', TF_CUDNN_DETERMINISTIC: 'True', TF_CUDNN_USE_AUTOTUNE: 'false' }),
    ).toBe(gpuMathWords(gpuMathIn({})))
  })

  it('is reported with the defaults of the libraries if nothing was set', () =>
    expect(gpuMathWords({})).toBe(
      'TF32 for float32 where the GPU has it, any convolutions, the fastest of them timed by each process',
    ))
})
