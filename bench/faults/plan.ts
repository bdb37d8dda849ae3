import { quickStart, type StudyPlan } from '../../src-main/contract/experiment'

/** The plan of every round: undisturbed, a run takes a few seconds. */
export const plan: StudyPlan = {
  ...quickStart,
  name: 'Faults',
  variants: ['mcnn-f', 'mcnn-a'],
  seeds: [1],
  training: { ...quickStart.training, trainExamples: 200, testExamples: 60, epochs: 12, milestones: [8] },
}
