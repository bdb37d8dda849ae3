/** Returns a run for tests. */
import type { RunSummary } from '../contract'

export function runWith(part: Partial<RunSummary>): RunSummary {
  return {
    id: `${part.arch ?? 'resnet-8'}-${part.variant ?? 'baseline'}-s${part.seed ?? 1}`,
    studyId: 'study',
    studyName: 'Study',
    arch: 'resnet-8',
    variant: 'baseline',
    dataset: 'synthetic',
    seed: 1,
    epochs: 5,
    configId: `${part.arch ?? 'resnet-8'}-${part.variant ?? 'baseline'}`,
    state: 'done',
    reason: null,
    epochsDone: 5,
    testAccuracy: 0.9,
    bestTestAccuracy: 0.91,
    bestEpoch: 4,
    trainLoss: 0.2,
    trainableParameters: 75290,
    trainableFilters: 240,
    imagesPerSecond: 1000,
    seconds: 20,
    timing: 'alone',
    createdAt: '2026-05-09T10:00:00.000Z',
    startedAt: null,
    endedAt: null,
    weightsSha256: null,
    ...part,
  }
}
