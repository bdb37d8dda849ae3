import os from 'node:os'
import type { DeviceProbe } from '../contract/training'
import { listDatasets } from '../datasets'
import type { Context } from './context'
import { examine, freeBytes } from './doctor'
import type { HandlersOf } from './handlers'
import { probeTensorFlow } from './probe'

/** @param signal ends what is under way when the service closes */
export function systemCalls(context: Context, signal: AbortSignal): HandlersOf<'system'> {
  const { history, paths, program, git, trainerEntry } = context
  let probed: Promise<DeviceProbe> | null = null
  const probe = (): Promise<DeviceProbe> => {
    // A failure is not kept: the person may mend it and ask again.
    probed ??= probeTensorFlow(trainerEntry, signal).catch((thrown: unknown) => {
      probed = null
      throw thrown
    })
    return probed
  }
  return {
    'system.info': async () => ({
      program,
      git: await git(),
      node: process.versions.node,
      sqlite: history.sqliteVersion(),
      dataDir: paths.dataDir,
      platform: `${os.platform()} ${os.release()} ${os.arch()}`,
      cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
      cores: os.availableParallelism(),
      memoryBytes: os.totalmem(),
      freeBytes: await freeBytes(paths.dataDir),
    }),

    'system.doctor': () => examine(context, { probe, datasets: () => Promise.resolve(listDatasets(paths.datasets)) }),
  }
}
