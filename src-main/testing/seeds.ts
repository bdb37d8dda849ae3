/** Valid inputs of several parsers, from which fuzz tests derive others. */
import { quickStart } from '../contract/experiment'

/** Queries over runs. */
export const queries = [
  'variant:mcnn-f depth:32 acc>0.9 state:done,stopped -tag:paper "first try"',
  'depth:20..56 loss<0.5 best>=92% seed!=3',
  'created:2026-05 time<2h ms>=12.5',
  'study:"Table I" -note:"a, b" tag:"x y",z',
  'is:archived',
  'is:trashed id:table-i',
  'config=abc testloss:0.1..2 speed>100',
  '',
]

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
/** Messages of a trainer. */
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
