/** How a GPU's libraries compute is theirs to choose until environment variables say otherwise. Pure. */

/** What a trainer's process is given, unless the person's environment says otherwise. */
export const gpuMath = {
  // TensorFlow takes TF32 (10 bits of mantissa) for float32 from Ampere on: then a run called float32 would be none,
  // and not comparable with one on a CPU. Whoever wants tensor cores has bfloat16. cuBLAS and cuDNN read this
  // themselves.
  NVIDIA_TF32_OVERRIDE: '0',
  // Only algorithms that give the same bits every time, and none chosen by timing, which falls out differently in
  // another process: a run that goes on from a checkpoint, or is run again, would not come out the same.
  TF_CUDNN_DETERMINISTIC: '1',
  TF_CUDNN_USE_AUTOTUNE: '0',
} as const

type GpuMath = Partial<Record<keyof typeof gpuMath, string>>

/** The variables as they are to be set. */
export function gpuMathIn(env: GpuMath): Record<keyof typeof gpuMath, string> {
  const { NVIDIA_TF32_OVERRIDE: tf32, TF_CUDNN_DETERMINISTIC: deterministic, TF_CUDNN_USE_AUTOTUNE: autotune } = env
  return {
    NVIDIA_TF32_OVERRIDE: tf32 ?? gpuMath.NVIDIA_TF32_OVERRIDE,
    TF_CUDNN_DETERMINISTIC: deterministic ?? gpuMath.TF_CUDNN_DETERMINISTIC,
    TF_CUDNN_USE_AUTOTUNE: autotune ?? gpuMath.TF_CUDNN_USE_AUTOTUNE,
  }
}

/** What an environment makes of it, in words: without a variable the libraries do as they do. */
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

/** As TensorFlow reads a switch. */
const isTrue = (value: string): boolean => value === '1' || value.toLowerCase() === 'true'
