import { quickStart, type StudyPlan } from '../../src-main/contract/experiment'

/** What every round trains: a few seconds a run, undisturbed. */
export const plan: StudyPlan = {
  ...quickStart,
  name: 'Faults',
  variants: ['mcnn-f', 'mcnn-a'],
  seeds: [1],
  training: { ...quickStart.training, trainExamples: 200, testExamples: 60, epochs: 12, milestones: [8] },
}
