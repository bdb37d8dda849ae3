import { describe, expect, it } from 'vitest'
import { recipe, type ExperimentConfig, type Variant } from '../../contract/experiment'
import { noCounts } from '../../contract/runs/states'
import type { ComparisonCell } from '../../contract/studies/comparison'
import type { FilterBank } from '../../contract/models/filters'
import { signBank } from '../filters/banks'
import { bankKernels, responseMagnitude } from '../filters/filterBank'
import { studyManifest } from '../studies/manifest'
import { variantName } from '../text/names'
import { spread } from '../statistics/statistics'
import { runWith } from '../testing'
import type { ReportFacts } from './content'
import { reportFiles } from './files'

const own: Variant[] = [
  'mcnn-a@+++++++++/+-+-+-+-+',
  'mcnn-a@+++++++++/+++---+++',
  'mcnn(stem+stage1.*)',
  'mcnn(stage1.*+stem)',
]

/** A report of a study with these variants, each with one finished run and a filter bank. */
function factsOf(variants: readonly Variant[]): ReportFacts {
  const cell = (variant: Variant): ComparisonCell => ({
    variant,
    accuracy: spread([0.9]),
    accuracyInterval: null,
    bestAccuracy: spread([0.9]),
    accuracyDrop: variant === 'baseline' ? null : 0.2,
    accuracyDropInterval: null,
    test: null,
    untested: null,
    paired: null,
    smallestVisible: null,
    stepMs: null,
    stepMsShared: 0,
    trainableParameters: 75_290,
    trainableFilters: 1,
    firstLayerFilters: 1,
    lastLayerFilters: 1,
    multiplications: 1,
    counts: noCounts(),
  })
  const runs = variants.map((variant) =>
    runWith({ variant, dataset: 'cifar-10', bestEpoch: 2, bestValidationAccuracy: 0.8 }),
  )
  const config = (variant: Variant): ExperimentConfig => ({
    ...recipe,
    arch: 'resnet-8',
    variant,
    dataset: 'cifar-10',
    seed: 1,
    epochs: 5,
    milestones: [],
    validationExamples: 100,
  })
  const kernels = bankKernels(
    Float32Array.from({ length: 27 }, (_, i) => Math.sin(i)),
    [3, 3, 3, 1],
    0,
    signBank.map((band) => [...band]),
  )
  const bank: FilterBank = {
    runId: 'a',
    layer: 'stem',
    filter: 0,
    epoch: 5,
    multiband: true,
    baseFilters: 1,
    bank: signBank.map((band) => [...band]),
    banks: kernels.map((kernel, i) => ({ band: i + 1, kernel, response: responseMagnitude(kernel, 16) })),
  }
  const row = {
    dataset: 'cifar-10',
    arch: 'resnet-8',
    epochs: 5,
    trainExamples: 1,
    testExamples: 1,
    validationExamples: 100,
    precision: 'float32',
    cells: variants.map(cell),
    machines: 1,
    note: '',
  } as const
  return {
    comparison: { studyId: 's', studyName: 'S', comparisons: variants.length - 1, rows: [row] },
    runs,
    configs: new Map(runs.map((run) => [run.id, config(run.variant)])),
    environments: new Map(),
    curves: new Map(
      runs.map((run) => [run.id, [1, 2].map((epoch) => ({ epoch, testAccuracy: 0.5, trainLoss: 1, elapsed: epoch }))]),
    ),
    banks: runs.map((run) => ({ run, bank })),
    manifest: studyManifest(
      { id: 's', name: 'S', createdAt: '2026-01-01T00:00:00.000Z', plan: null },
      runs.map((run) => ({
        run,
        config: config(run.variant),
        environment: null,
        trainExamples: 1,
        testExamples: 1,
        datasetFingerprint: null,
        last: null,
      })),
    ),
    program: '1',
    madeAt: '2026-01-01T00:00:00.000Z',
  }
}

describe('report', () => {
  it('has a file and a name per variant, also on case-insensitive file systems', () => {
    const variants: Variant[] = ['baseline', ...own]
    const files = reportFiles(factsOf(variants))
    const banks = [...files.keys()].filter((name) => name.startsWith('figures/bank-'))
    expect(banks).toHaveLength(variants.length)
    expect(new Set([...files.keys()].map((name) => name.toLowerCase())).size).toBe(files.size)
    const text = files.get('report.md') ?? ''
    for (const name of [...banks, ...variants.map((variant) => variantName(variant).replaceAll('*', '\\*'))])
      expect(text).toContain(name)
    // Each image is of its own variant.
    expect(new Set(banks.map((name) => files.get(name))).size).toBe(variants.length)
    expect(text).toContain('by custom masks: ')
  })

  it('marks times of runs that trained next to another training, and says what the mark means', () => {
    const facts = factsOf(['baseline', 'mcnn-f'])
    const text = (timing: 'alone' | 'shared'): string =>
      reportFiles({ ...facts, runs: facts.runs.map((run, i) => ({ ...run, timing: i === 0 ? timing : 'alone' })) }).get(
        'report.md',
      ) ?? ''
    expect(text('alone')).not.toContain('Another training')
    expect(text('shared')).toContain('Another training ran on the machine at the same time')
    expect(text('shared').match(/20 s\\\*/g)).toHaveLength(1)
  })

  it('states the data that chose the best epochs, and separates thousands', () => {
    const text = reportFiles(factsOf(['baseline'])).get('report.md') ?? ''
    expect(text).toContain('chosen on validation')
    expect(text).not.toContain('test set')
    expect(text).not.toContain('Dashed')
  })
})
