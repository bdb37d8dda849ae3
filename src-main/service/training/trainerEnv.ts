import { environmentFor } from '../../system/childEnvironment'
import { gpuMathIn } from '../../system/gpuMath'
import { defaultThreads, type ThreadCounts } from '../../contract/system/tuning'
import { measuredThreads } from '../machine/threads'

/** Of a Node process that is measured or asked and has nothing to stop in order: SIGUSR1 opens no debugger there. */
export const nodeArguments = ['--disable-sigusr1'] as const

/** What TensorFlow reads when it starts, and only then. */
const variables = { intraOp: 'TF_NUM_INTRAOP_THREADS', interOp: 'TF_NUM_INTEROP_THREADS' } as const

/** @param threads of TensorFlow; else what the environment says, else what was measured of this machine */
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
    // Else TensorFlow takes all of the GPU's memory for one run.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // As the driver's own tool numbers GPUs: what a run is said to have run on is what it ran on.
    CUDA_DEVICE_ORDER: env['CUDA_DEVICE_ORDER'] ?? 'PCI_BUS_ID',
    ...gpuMathIn(env),
  }
}

/**
 * The counts that an environment asks for; null where it names neither. One alone leaves the other to TensorFlow: a
 * measurement is of both.
 */
export function threadsOf(env: NodeJS.ProcessEnv): ThreadCounts | null {
  const asked = { intraOp: countIn(env[variables.intraOp]), interOp: countIn(env[variables.interOp]) }
  return asked.intraOp === null && asked.interOp === null ? null : asked
}

function countIn(text: string | undefined): number | null {
  const value = Number(text)
  return Number.isInteger(value) && value > 0 ? value : null
}
