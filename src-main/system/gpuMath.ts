/** Environment variables that determine how a GPU's libraries compute. Pure. */

/** Values for a trainer's process, unless the user's environment sets them. */
export const gpuMath = {
  // From Ampere on, TensorFlow uses TF32 (10 bits of mantissa) for float32: results would not be comparable with
  // float32 on a CPU. bfloat16 is the choice for tensor cores. cuBLAS and cuDNN read this variable themselves.
  NVIDIA_TF32_OVERRIDE: '0',
  // Only deterministic algorithms, and none chosen by timing, which varies between processes: a resumed or repeated run
  // would differ.
  TF_CUDNN_DETERMINISTIC: '1',
  TF_CUDNN_USE_AUTOTUNE: '0',
} as const

type GpuMath = Partial<Record<keyof typeof gpuMath, string>>

/** Returns the variables to set. */
export function gpuMathIn(env: GpuMath): Record<keyof typeof gpuMath, string> {
  const { NVIDIA_TF32_OVERRIDE: tf32, TF_CUDNN_DETERMINISTIC: deterministic, TF_CUDNN_USE_AUTOTUNE: autotune } = env
  return {
    NVIDIA_TF32_OVERRIDE: tf32 ?? gpuMath.NVIDIA_TF32_OVERRIDE,
    TF_CUDNN_DETERMINISTIC: deterministic ?? gpuMath.TF_CUDNN_DETERMINISTIC,
    TF_CUDNN_USE_AUTOTUNE: autotune ?? gpuMath.TF_CUDNN_USE_AUTOTUNE,
  }
}

/** Describes the resulting arithmetic; without a variable the libraries' defaults apply. */
export function gpuMathWords({
  NVIDIA_TF32_OVERRIDE: tf32,
  TF_CUDNN_DETERMINISTIC: deterministic = '0',
  TF_CUDNN_USE_AUTOTUNE: autotune = '1',
}: GpuMath): string {
  return [
    tf32 === '0' ? 'float32 without TF32' : 'TF32 for float32 where the GPU has it',
    isTrue(deterministic) ? 'repeatable convolutions' : 'any convolutions',
    isTrue(autotune) ? 'the fastest of them timed by each process' : 'chosen by rule',
  ].join(', ')
}

/** Parses a switch as TensorFlow does. */
const isTrue = (value: string): boolean => value === '1' || value.toLowerCase() === 'true'
