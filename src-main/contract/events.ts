/** What the service (and the shell) tells without being asked. */
import { z } from 'zod'
import { commandName } from './commands'
import { datasetId } from './experiment'
import { preferences } from './preferences'
import { workProgress } from './publish'
import * as r from './records'

export const events = {
  /** Several times a second while a run trains. */
  'run.progress': r.runProgress,
  /** A run was made, changed its state or finished an epoch. */
  'run.changed': r.runSummary,
  'run.epoch': z.object({ runId: r.runId, studyId: r.studyId, metrics: r.epochMetrics }),
  'run.deleted': z.object({ runId: r.runId, studyId: r.studyId }),
  /** The study's row changed: made, deleted, a run of it changed its state. Ask again. */
  'study.changed': z.object({ studyId: r.studyId }),
  /** The order of what waits is another. Ask again. */
  'queue.changed': z.object({}),
  /** Whether anything can be changed from here is different from before. */
  'system.condition': r.condition,
  /** How long the service needs to close in order, in ms: longer while a run with long steps trains. */
  'system.closing': z.object({ ms: z.number().positive() }),
  /** Another program changed the history. Ask again. */
  'history.changed': z.object({}),
  /** Of an import or a download: bytes. How fast, and how long yet, is told of a download where it is known. */
  'dataset.progress': z.object({
    id: datasetId.nullable(),
    phase: z.string(),
    done: z.number(),
    total: z.number(),
    bytesPerSecond: z.number().nullable().optional(),
    etaSeconds: z.number().nullable().optional(),
  }),
  'dataset.changed': z.object({ id: datasetId }),
  /** What takes its time (a verification, an archive, a report) goes on. */
  'work.progress': workProgress,
  /** It is done, failed or was cancelled. */
  'work.ended': workProgress.pick({ kind: true }),
  /** From the shell: the service went away or came back. */
  'service.state': z.object({
    state: z.enum(['starting', 'running', 'stopped']),
    detail: z.string().nullable(),
    /** It can't be started before the history is mended. */
    damaged: z.boolean().optional(),
  }),
  /** From the shell: a menu item was chosen. */
  'shell.command': z.object({ name: commandName }),
  'shell.preferences': preferences,
} as const

export type Events = typeof events
export type EventName = keyof Events
export type EventPayload<E extends EventName> = z.output<Events[E]>
export const eventNames = Object.keys(events) as EventName[]
