/** Messages between processes, and from a window to the shell. */
import fc from 'fast-check'
import type { z } from 'zod'
import { serviceCalls } from '../../../src-main/contract/calls'
import { shellCalls } from '../../../src-main/contract/window/shell'
import { WorkbenchError, toErrorValue } from '../../../src-main/contract/errors'
import { events } from '../../../src-main/contract/events'
import { quickStart, recipe } from '../../../src-main/contract/experiment'
import { deviceProbe, storedMessage, trainerCommand, trainerSignal } from '../../../src-main/contract/trainer/messages'
import { parseTimingReply } from '../../../src-main/contract/trainer/timing'
import { eventMessage, readyMessage, reply, request, startFailed } from '../../../src-main/contract/wire'
import { answer, isServiceEvent, type CallRoutes } from '../../../src-main/shell/service/calls'
import { Grants } from '../../../src-main/shell/window/grants'
import { Training } from '../../../src-main/shell/service/training'
import { target } from '../check'
import { mutatedJson, mutatedJsonText } from '../mutations/json'

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
const environment = {
  program: '1',
  git: { commit: 'c', dirty: false },
  node: 'v24',
  tensorflow: '2',
  tfjs: '4',
  device: 'cpu',
  cpu: 'x',
  cores: 2,
  threads: { intraOp: 2, interOp: null },
  memoryBytes: 1e9,
  platform: 'linux',
}
const epoch = {
  epoch: 1,
  trainLoss: 1.5,
  trainAccuracy: 0.5,
  testLoss: 1.6,
  testAccuracy: 0.4,
  learningRate: 0.1,
  imagesPerSecond: 100,
  seconds: 2,
  waitSeconds: 0,
  cpuSeconds: 3,
  memoryBytes: 1e8,
}
export const trainerSeeds: readonly unknown[] = [
  {
    type: 'started',
    environment,
    datasetFingerprint: 'f',
    trainExamples: 10,
    testExamples: 10,
    resumedFrom: null,
    seconds: { tensorflow: 1, data: 1, tuning: 0, record: 1 },
  },
  {
    type: 'steps',
    steps: [
      { step: 1, epoch: 1, loss: null, learningRate: 0.1, stepMs: 12 },
      { step: 2, epoch: 1, loss: 1.5, learningRate: 0.1, stepMs: 12 },
    ],
  },
  { type: 'filters', epoch: 0, layers: [{ layer: 'stem', shape: [3, 3, 3, 4], offset: 0, crc: 1 }] },
  {
    type: 'evaluation',
    evaluation: {
      epoch: 1,
      classes: 2,
      confusion: [3, 1, 0, 4],
      mistakes: [{ index: 3, label: 0, predicted: 1, confidence: 0.75 }],
    },
  },
  { type: 'epoch', metrics: epoch },
  { type: 'event', level: 'warning', kind: 'note', message: 'm' },
  { type: 'paused' },
  { type: 'resumed' },
  { type: 'done', weightsFile: 'weights.safetensors', weightsSha256: 'a'.repeat(64) },
  { type: 'stopped' },
  { type: 'diverged', step: 3, epoch: 1, learningRate: 0.1, message: 'm' },
  { type: 'failed', error: { code: 'internal', message: 'm', fix: 'f' } },
]

const signals = [
  {
    type: 'progress',
    progress: {
      runId: 'run',
      epoch: 1,
      epochs: 3,
      step: 5,
      steps: 10,
      phase: 'training',
      loss: 1.2,
      learningRate: 0.1,
      imagesPerSecond: null,
      etaSeconds: null,
    },
  },
  { type: 'journal' },
  { type: 'disk', code: 'ENOSPC', message: 'm' },
]

const commands = [
  {
    type: 'job',
    runId: 'run',
    config: { arch: 'resnet-8', variant: 'baseline', seed: 1, ...recipe },
    datasetsDir: '/d',
    runDir: '/r',
    tuningFile: '/t',
    program: '1',
    git: null,
  },
  { type: 'pause' },
]
const wireSeeds = [
  { id: 1, call: 'runs.list', params: {} },
  { id: 1, ok: true, value: { a: 1 } },
  { id: 2, ok: false, error: { code: 'bad-input', message: 'm', field: 'x' } },
  { event: 'run.changed', payload: summary },
  { event: 'run.deleted', payload: { runId: 'a', studyId: 's' } },
  { ready: true },
  { startFailed: { code: 'unavailable', message: 'm' } },
]

export const wire = target<unknown>('envelopes between shell and service, and events', () => {
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
      return event.success || known.some(({ success }) => success) ? 'accepted' : 'refused'
    },
  }
})

export const trainer = target<unknown>('messages of trainers, and to them', () => ({
  inputs: mutatedJson([...trainerSeeds, ...signals, ...commands]),
  run: (message) => {
    const isKnown = [storedMessage, trainerSignal, trainerCommand].some((schema) => schema.safeParse(message).success)
    return isKnown ? 'accepted' : 'refused'
  },
}))

const lineSeeds = [
  { ready: { version: '2.21', device: 'cpu' } },
  { ms: [1.5, 2, 3] },
  { error: 'It failed.' },
  { version: '2.21', tfjs: '4', device: 'cpu', gpus: [], bfloat16: null },
]

export const lines = target<string>('lines of timed processes and probes', () => ({
  inputs: mutatedJsonText(lineSeeds),
  run: (line) => {
    if (parseTimingReply(line)) return 'accepted'
    try {
      return deviceProbe.safeParse(JSON.parse(line)).success ? 'accepted' : 'refused'
    } catch (thrown) {
      if (thrown instanceof SyntaxError) return 'refused'
      throw thrown
    }
  },
}))

/** Valid parameters for each call, from which others are derived. */
export const params: readonly unknown[] = [
  {},
  { id: 'run-1' },
  { plan: quickStart },
  { id: 'cifar-10' },
  { classes: 10 },
  { arch: 'resnet-20', variant: 'mcnn-a', classes: 10 },
  { id: 'run-1', layer: 'stem', filter: 0, epoch: null, size: 16 },
  { id: 'run-1', layer: 'stem', filters: [0, 1], channels: [0, 1, 2], edge: 3 },
  { id: 'run-1', layer: 'stem', channels: [0] },
  { id: 'run-1', layer: 'stem', picture: Buffer.alloc(3072).toString('base64') },
  {
    query: 'acc>0.9 tag:x',
    sort: [{ column: 'accuracy', descending: true }],
    statistic: 'best',
    group: 'config',
    open: ['c'],
    offset: 0,
    limit: 100,
  },
  { ids: ['run-1', 'run-2'], statistic: 'min' },
  { ids: ['run-1'], points: 10 },
  { ids: ['run-1'], add: ['paper'], remove: [] },
  { id: 'run-1', note: 'n' },
  { ids: ['run-1'], archived: true },
  { ids: null },
  { text: 'table run', limit: 8 },
  { id: 'run-1', epoch: 0, step: 0, events: 0 },
  { kind: 'archive' },
  { grant: 'x' },
  { theme: 'dark', zoom: 1.25 },
  { suggestedName: 'a.csv', content: 'x', encoding: 'utf8' },
  { text: 'x' },
  { id: 'cifar-10', perClass: 8 },
  { id: 'cifar-10', label: 0, seed: 1, draws: 9 },
]

const schemas: Record<string, { params: z.ZodType }> = { ...serviceCalls, ...shellCalls }
const names = [
  ...Object.keys(serviceCalls),
  ...Object.keys(shellCalls),
  '__proto__',
  'constructor',
  'toString',
  '',
  'runs.format',
]

/** 0 is a foreign frame. */
const senders = fc.integer({ min: 0, max: 19 })
const anyParams = mutatedJson(params)

function callOf(name: string): fc.Arbitrary<[unknown, unknown, number]> {
  const fitting = params.filter((one) => Object.hasOwn(schemas, name) && schemas[name]?.params.safeParse(one).success)
  return fc.tuple<[unknown, unknown, number]>(
    fc.constant(name),
    fitting.length === 0 ? anyParams : fc.oneof(mutatedJson(fitting), anyParams),
    senders,
  )
}

export const calls = target<[unknown, unknown, number]>('a window’s calls to the shell', () => {
  const grants = new Grants()
  const granted = grants.give('/chosen')
  const reached = new WorkbenchError('unavailable', 'reached')
  const no = (): Promise<never> => Promise.reject(reached)
  const shell = Object.fromEntries(Object.keys(shellCalls).map((name) => [name, no])) as unknown as CallRoutes['shell']
  shell['shell.importDataset'] = ({ grant }) => {
    const chosen = grants.redeem(grant)
    if (chosen !== null && grant !== granted) throw new Error('a path that nobody chose')
    return no()
  }
  const routes: CallRoutes = {
    shell,
    service: (name, given) => {
      if (name === ('datasets.import' as string)) throw new Error('an import by path')
      if (!serviceCalls[name].params.safeParse(given).success) throw new Error('parameters that were not checked')
      return no()
    },
  }
  return {
    inputs: fc.oneof(
      { weight: 9, arbitrary: fc.oneof(...names.map(callOf)) },
      { weight: 1, arbitrary: fc.tuple(mutatedJson(names), mutatedJson(params), senders) },
    ),
    run: async ([name, given, sender]) => {
      const trusted = sender !== 0
      const outcome = await answer(routes, trusted, name, given)
      if (outcome.ok) throw new Error('a value out of nowhere')
      if (outcome.error.code === 'internal') throw new Error(outcome.error.message)
      if (!trusted && outcome.error.message === reached.message) throw new Error('answered a stranger')
      return outcome.error.message === reached.message ? 'accepted' : 'refused'
    },
  }
})
