/** Describes what determines the last bits of a run's results, for its checkpoints. Pure. */
import type { Environment } from '../../contract/runs/environment'

/** Every trainer is started with this value (`service/trainerEnv.ts`); earlier checkpoints were made with it too. */
const ownVariables: Readonly<Record<string, string>> = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }

/** @param banks how multi-band layers are computed, with times in brackets */
export function computationWords(
  { device, tensorflow, threads, gpuMath, kernels, variables = {} }: Environment,
  banks: readonly string[],
): string {
  // CUDA_VISIBLE_DEVICES selects one of several GPUs: `device` names what computes.
  const chosen = Object.entries(variables).filter(
    ([name, value]) => name !== 'CUDA_VISIBLE_DEVICES' && ownVariables[name] !== value,
  )
  const settings = chosen.length === 0 ? '' : ` With ${chosen.map(([name, value]) => `${name}=${value}`).join(', ')}.`
  const algorithms = banks.map((sentence) => ` ${sentence.replace(/ \([^)]*\)/g, '')}`).join('')
  return `TensorFlow ${tensorflow} on ${device}, ${threads.intraOp ?? 'its own number of'} threads in an op${gpuMath === null ? '' : `, ${gpuMath}`}.${kernels ? ` Kernels: ${kernels}.` : ''}${settings}${algorithms}`
}

/**
 * Compares the words of a checkpoint with those of now. Checkpoints of earlier versions do not name their kernels.
 */
export function isSameComputation(before: string, now: string): boolean {
  return before === now || before === now.replace(/ Kernels: [\w-]+\./, '')
}
