import { toErrorValue } from './errors'
import { events } from './events'
import { eventMessage, readyMessage, reply, request, startFailed } from './wire'
import { isServiceEvent } from '../shell/service/calls'
import { Training } from '../shell/service/training'
import { fuzz } from '../testing/fuzz'
import { mutatedJson } from '../testing/mutatedJson'

const summary = {
  id: 'a',
  studyId: 's',
  studyName: 'S',
  arch: 'resnet-8',
  variant: 'mcnn-f',
  dataset: 'synthetic',
  seed: 1,
  epochs: 3,
  configId: 'c',
  state: 'running',
  reason: null,
  epochsDone: 0,
  testAccuracy: null,
  bestTestAccuracy: null,
  bestEpoch: null,
  trainLoss: null,
  trainableParameters: 1,
  trainableFilters: 1,
  imagesPerSecond: null,
  seconds: null,
  createdAt: 'x',
  startedAt: null,
  endedAt: null,
  weightsSha256: null,
}
const wireSeeds = [
  { id: 1, call: 'runs.list', params: {} },
  { id: 1, ok: true, value: { a: 1 } },
  { id: 2, ok: false, error: { code: 'bad-input', message: 'm', field: 'x' } },
  { event: 'run.changed', payload: summary },
  { event: 'run.deleted', payload: { runId: 'a', studyId: 's' } },
  { ready: true },
  { startFailed: { code: 'unavailable', message: 'm' } },
]

fuzz<unknown>('envelopes between shell and service, and events', () => {
  const training = new Training(() => undefined)
  return {
    inputs: mutatedJson(wireSeeds),
    run: (message) => {
      const event = eventMessage.safeParse(message)
      if (event.success && isServiceEvent(event.data.event)) {
        training.follow(event.data.event, event.data.payload)
        events[event.data.event].safeParse(event.data.payload)
      }
      const known = [request, reply, startFailed, readyMessage].map((schema) => schema.safeParse(message))
      for (const { error } of known)
        if (error && toErrorValue(error).message.length > 10_000)
          throw new Error('an error as long as what it is about')
      return event.success || known.some(({ success }) => success) ? 'accepted' : 'rejected'
    },
  }
})
