/** Facts about runs that comparisons and estimates need, read from the history. */
import type { RunRecord } from '../../history/runs/runs'
import type { Context } from '../app/context'
import type { Sharing, Speed } from '../training/speed'
import type { RunFacts } from './compare'

/**
 * Returns a key of everything that a run's speed depends on besides the run: machine and settings, but not the version.
 */
function machineNames(history: Context['history']): (run: RunRecord) => string | null {
  const names = new Map<string, string>()
  return ({ environmentHash }) => {
    if (environmentHash === null) return null
    const known = names.get(environmentHash)
    if (known !== undefined) return known
    const environment = history.environments.get(environmentHash)
    const name = environment
      ? JSON.stringify([
          environment.device,
          environment.cpu,
          environment.cores,
          environment.threads,
          environment.tensorflow,
        ])
      : environmentHash
    names.set(environmentHash, name)
    return name
  }
}

/** Returns whether another program trained on the machine during a run. */
export const sharedMachine = ({ summary }: RunRecord): boolean => summary.timing === 'shared'

export function speedFacts(history: Context['history'], sharing: Sharing): ConstructorParameters<typeof Speed>[1] {
  return { machineOf: machineNames(history), sharedMachine, sharing }
}

/** Parses each config once for all of its runs. */
export function factsOf(history: Context['history']): RunFacts {
  const batchSizes = new Map<string, number>()
  return {
    machine: machineNames(history),
    batchSize: ({ summary: { configId, seed } }) => {
      const known = batchSizes.get(configId) ?? history.configs.get(configId, seed).batchSize
      batchSizes.set(configId, known)
      return known
    },
  }
}
