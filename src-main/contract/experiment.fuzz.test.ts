import { experimentConfig, studyPlan } from './experiment'
import { fuzz } from '../testing/fuzz'
import { mutatedJson } from '../testing/mutatedJson'
import { quickStart, recipe } from './experiment'

const plans = [
  { ...quickStart },
  { ...quickStart, archs: ['resnet-20', 'resnet-110'], seeds: [1, 2, 3], training: { ...recipe, precision: 'auto' } },
]
const configs = [
  { arch: 'resnet-20', variant: 'mcnn-fl', seed: 7, ...recipe },
  {
    arch: 'resnet-110',
    variant: 'baseline',
    seed: 0,
    ...recipe,
    warmup: { learningRate: 0.01, untilError: 0.8 },
    trainExamples: 500,
    testExamples: 100,
  },
]

fuzz<unknown>('experiment configs and stored plans', () => ({
  inputs: mutatedJson([...configs, ...plans]),
  run: (value) =>
    experimentConfig.safeParse(value).success || studyPlan.safeParse(value).success ? 'accepted' : 'rejected',
}))
