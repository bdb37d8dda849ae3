import { quickStart, recipe } from '../../contract/experiment'
import { fuzz } from '../../testing/fuzz'
import { mutatedJsonText } from '../../testing/mutatedJson'
import { readPlan } from './planText'

const plans = [
  { ...quickStart },
  { ...quickStart, archs: ['resnet-20', 'resnet-110'], seeds: [1, 2, 3], training: { ...recipe, precision: 'auto' } },
]

fuzz<string>('a study’s plan as text', () => ({
  inputs: mutatedJsonText(plans),
  run: (text) => ('plan' in readPlan(text) ? 'accepted' : 'rejected'),
}))
