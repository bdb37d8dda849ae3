/** Declares which queries an event makes stale. */
import type { EventName, EventPayload } from '../../../src-main/contract'
import { on } from './client'
import { queries, type QueryEntry } from './query.svelte'

/** Input of a rule: the query's name, its parameters, the ids of the runs in its value. */
interface Shown {
  name: string
  params: Readonly<Record<string, unknown>>
  runs: readonly (string | undefined)[]
}

type Rules = { readonly [E in EventName]?: (payload: EventPayload<E>, shown: Shown) => boolean }

/** Queries about the program and its machine, not about the history. */
const ofMachine = /^(shell|system|models|datasets)\.|^studies\.estimate$/

const rules: Rules = {
  'history.changed': (_, { name }) => !ofMachine.test(name),
  'study.changed': (_, { name }) => name === 'studies.trashed',
  // A started run is a new candidate for comparison; its trainer reports the device.
  'run.changed': (run, { name, params, runs }) =>
    name === 'system.trainedOn' ||
    (name === 'runs.near' && run.studyId === params['studyId'] && run.id !== params['id'] && run.epochsDone === 0) ||
    (name === 'filters.defaultRun' && (runs.includes(run.id) || (params['id'] === null && run.epochsDone === 0))),
  'run.deleted': ({ runId }, { name, runs }) => name === 'filters.defaultRun' && runs.includes(runId),
  'run.epoch': ({ runId }, { name, params }) => name === 'filters.layers' && params['id'] === runId,
  'dataset.changed': (_, { name }) => name === 'datasets.sources',
}

/** Call once, when the window starts. */
export function startInvalidation(): void {
  for (const event of Object.keys(rules) as (keyof Rules)[]) follow(event)
  // Changes during an outage of the service were not reported, and failed calls may succeed now. Calls of the first
  // start wait for it.
  let away = false
  on('service.state', ({ state, detail }) => {
    if (state !== 'running') away ||= detail !== null || state === 'stopped'
    else if (away) {
      away = false
      queries.invalidate(() => true)
    }
  })
}

function follow<E extends EventName>(event: E): void {
  const rule: Rules[E] = rules[event]
  if (rule) on(event, (payload) => queries.invalidate((entry) => rule(payload, shownBy(entry))))
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

function shownBy({ key: [name, params], value }: QueryEntry): Shown {
  const { run, compared } = fieldsOf(value)
  const idOf = (one: unknown): string | undefined =>
    typeof fieldsOf(one)['id'] === 'string' ? String(fieldsOf(one)['id']) : undefined
  return { name, params: fieldsOf(params), runs: [idOf(run), idOf(compared)] }
}
