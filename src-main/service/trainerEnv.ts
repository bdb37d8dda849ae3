/** What a trainer gets of this process's environment: nothing that could change a result unseen, no secrets. */
const passedOn = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'LD_LIBRARY_PATH', 'TF_ENABLE_ONEDNN_OPTS', 'TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS']
const passedOnPrefixes = ['CUDA_', 'MCNN_']

export function trainerEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => passedOn.includes(name) || passedOnPrefixes.some((prefix) => name.startsWith(prefix)))
  return {
    ...Object.fromEntries(kept),
    TF_CPP_MIN_LOG_LEVEL: env['TF_CPP_MIN_LOG_LEVEL'] ?? '2',
    // Else TensorFlow takes all of the GPU's memory for one run.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  }
}
