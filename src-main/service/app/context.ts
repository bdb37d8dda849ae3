import type { EventName, EventPayload } from '../../contract/events'
import type { Environment } from '../../contract/runs/environment'
import type { History } from '../../history/history'
import type { Owner } from '../../history/runs/runs'
import type { StartLock } from '../queue/startLock'
import type { Paths } from '../storage/dataDir'
import type { Disk } from '../storage/disk'
import type { TrainerPriority } from '../training/trainerPriority'

export type Emit = <E extends EventName>(name: E, payload: EventPayload<E>) => void

/** State that the parts of a service share. */
export interface Context {
  history: History
  paths: Paths
  disk: Disk
  /** The right to start a training, which programs of this data directory share. */
  startLock: StartLock
  emit: Emit
  /** This process, as owner of runs. */
  owner: Owner
  program: string
  trainerEntry: string
  /** Adjusts the niceness of trainers. */
  trainerPriority: TrainerPriority
  git: () => Promise<Environment['git']>
}

type Announcer = Pick<Context, 'history' | 'emit'>

/** Emits that a run was created or changed, unless it is in the trash. */
export function announceRun({ history, emit }: Announcer, runId: string): void {
  const run = history.runs.get(runId)
  if (run && !run.hidden) emit('run.changed', run.summary)
}

/** Emits that the state of a run changed, and with it the row of its study. */
export function announce(announcer: Announcer, runId: string): void {
  announceAll(announcer, [runId])
}

/** Reports many runs, with one event per study. */
export function announceAll({ history, emit }: Announcer, runIds: readonly string[]): void {
  const studies = new Set<string>()
  for (const runId of runIds) {
    const run = history.runs.get(runId)
    if (!run || run.hidden) continue
    emit('run.changed', run.summary)
    studies.add(run.summary.studyId)
  }
  for (const studyId of studies) emit('study.changed', { studyId })
}
