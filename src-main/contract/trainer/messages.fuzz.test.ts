import { storedMessage, trainerCommand, trainerSignal } from './messages'
import { fuzz } from '../../testing/fuzz'
import { mutatedJson } from '../../testing/mutatedJson'
import { recipe } from '../experiment'
import { trainerSeeds } from '../../testing/seeds'

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

fuzz<unknown>('messages of trainers, and to them', () => ({
  inputs: mutatedJson([...trainerSeeds, ...signals, ...commands]),
  run: (message) => {
    const isKnown = [storedMessage, trainerSignal, trainerCommand].some((schema) => schema.safeParse(message).success)
    return isKnown ? 'accepted' : 'rejected'
  },
}))
