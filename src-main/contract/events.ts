/** Events of the service and the shell. Each domain declares its own. */
import type { z } from 'zod'
import { datasetEvents } from './datasets/datasets'
import { taskEvents } from './publish/publish'
import { queueEvents } from './runs/queue'
import { runEvents } from './runs/runs'
import { shellEvents } from './window/shell'
import { studyEvents } from './studies/studies'
import { systemEvents } from './system/system'

/** Events of the service, which the shell forwards to its window. */
export const serviceEvents = {
  ...runEvents,
  ...studyEvents,
  ...queueEvents,
  ...systemEvents,
  ...datasetEvents,
  ...taskEvents,
} as const

export const events = { ...serviceEvents, ...shellEvents } as const

export type Events = typeof events
export type EventName = keyof Events
export type EventPayload<E extends EventName> = z.output<Events[E]>
export const eventNames = Object.keys(events) as EventName[]
