import { kernelLevels, kernelLimitVariable } from '../../../setup/lib/kernelLevels.mjs'
import { environmentFor } from '../../system/childEnvironment'
import { gpuMathIn } from '../../system/gpuMath'
import { defaultThreads, type ThreadCounts } from '../../contract/system/tuning'
import { measuredThreads } from '../machine/threads'

/** Arguments of a Node process that has no clean-up to do, such as a probe: SIGUSR1 opens no debugger in it. */
export const nodeArguments = ['--disable-sigusr1'] as const

/** Environment variables that TensorFlow reads once, when it starts. */
const variables = { intraOp: 'TF_NUM_INTRAOP_THREADS', interOp: 'TF_NUM_INTEROP_THREADS' } as const

/**
 * Returns the variable that limits a trainer to the kernels of a run, so that a second training computes alike if this
 * processor can. A lower limit of the user applies.
 * @param level `Environment.kernels` of the run
 */
export function kernelLimitOf(
  level: string | null | undefined,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const rank = kernelLevels.indexOf(level ?? '')
  const limit = env[kernelLimitVariable]
  return rank === -1 || (limit && kernelLevels.indexOf(limit) < rank) ? {} : { [kernelLimitVariable]: level ?? '' }
}

/** @param threads of TensorFlow; by default those in the environment, else those measured on this machine */
export function trainerEnv(
  env: NodeJS.ProcessEnv = process.env,
  threads: ThreadCounts = threadsOf(env) ?? measuredThreads() ?? defaultThreads,
): NodeJS.ProcessEnv {
  const { intraOp, interOp } = threads
  return {
    ...environmentFor('trainer', env),
    ...(intraOp === null ? {} : { [variables.intraOp]: String(intraOp) }),
    ...(interOp === null ? {} : { [variables.interOp]: String(interOp) }),
    TF_CPP_MIN_LOG_LEVEL: env['TF_CPP_MIN_LOG_LEVEL'] ?? '2',
    // By default TensorFlow allocates all of the GPU's memory for one run.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // Numbers GPUs as nvidia-smi does, so that the recorded device is the one that trained.
    CUDA_DEVICE_ORDER: env['CUDA_DEVICE_ORDER'] ?? 'PCI_BUS_ID',
    ...gpuMathIn(env),
  }
}

/**
 * Returns the thread counts in an environment; null if it has neither. If only one is set, TensorFlow chooses the
 * other, because a measurement is of both.
 */
export function threadsOf(env: NodeJS.ProcessEnv): ThreadCounts | null {
  const asked = { intraOp: countIn(env[variables.intraOp]), interOp: countIn(env[variables.interOp]) }
  return asked.intraOp === null && asked.interOp === null ? null : asked
}

function countIn(text: string | undefined): number | null {
  const value = Number(text)
  return Number.isInteger(value) && value > 0 ? value : null
}
