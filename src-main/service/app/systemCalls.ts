import os from 'node:os'
import path from 'node:path'
import { listDatasets } from '../../datasets'
import { listBackups, makeBackup } from '../storage/backups'
import type { Context } from './context'
import { examine } from '../machine/doctor'
import { freeBytes } from '../storage/diskSpace'
import { ok, type HandlersOf } from './handlers'
import { logTail } from '../training/outputLog'
import type { WriteAccess } from '../access/writeAccess'
import type { Probe } from '../machine/probe'
import type { Scheduler } from '../queue/scheduler'
import { measureStorage, reclaim, serviceLogName } from '../storage/storage'

export function systemCalls(
  context: Context,
  own: WriteAccess,
  scheduler: Scheduler,
  probe: Probe,
): HandlersOf<'system'> {
  const { history, paths, program, git, trainerPriority } = context
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

    'system.device': probe,

    'system.condition': () => own.condition,

    'system.reportUse': () => {
      trainerPriority.reportUse()
      return ok
    },

    'system.slots': () => scheduler.slots(),

    'system.chooseSlots': async (choice) => {
      await scheduler.chooseSlots(choice)
      return ok
    },

    'system.backup': () => makeBackup(paths),

    'system.backups': () => listBackups(paths),
    'system.trainedOn': () => {
      const hash = history.startedRuns.lastEnvironment()
      return hash === null ? null : history.environments.get(hash)
    },

    'system.storage': () => measureStorage(context),

    'system.reclaim': async () => ({ bytes: await reclaim(context) }),

    'system.log': async () => ({ lines: await logTail(path.join(paths.logs, serviceLogName)) }),
  }
}
