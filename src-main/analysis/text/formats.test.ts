import { describe, expect, it } from 'vitest'
import { runStates, type RunState } from '../../contract/runs/states'
import type { Comparison, ComparisonCell } from '../../contract/studies/comparison'
import type { Variant } from '../../contract/experiment'
import { formatComparison, formatPart } from './formats'
import { spread } from '../statistics/statistics'

const counts = (some: Partial<Record<RunState, number>>): Record<RunState, number> => ({
  ...(Object.fromEntries(runStates.map((state) => [state, 0])) as Record<RunState, number>),
  ...some,
})

function cell(variant: Variant, accuracies: number[], more: Partial<ComparisonCell>): ComparisonCell {
  return {
    variant,
    accuracy: spread(accuracies),
    accuracyInterval: null,
    bestAccuracy: spread(accuracies.map((a) => a + 0.001)),
    accuracyDrop: null,
    accuracyDropInterval: null,
    test: null,
    untested: variant === 'baseline' ? null : 'needs 3 seeds per side',
    paired: null,
    smallestVisible: null,
    stepMs: null,
    stepMsShared: 0,
    trainableParameters: 463_830,
    trainableFilters: 1100,
    firstLayerFilters: 4,
    lastLayerFilters: 64,
    multiplications: 69_124_736,
    counts: counts({ done: accuracies.length }),
    ...more,
  }
}

const comparison: Comparison = {
  studyId: 'first-1',
  studyName: 'First & "best" | 100 %_x',
  comparisons: 3,
  rows: [
    {
      dataset: 'synthetic',
      arch: 'resnet-8',
      epochs: 5,
      trainExamples: 4000,
      testExamples: 1000,
      precision: 'float32',
      // In the plan's order, which is not the paper's.
      cells: [
        cell('mcnn-f', [0.93], { accuracyDrop: -0.9996, counts: counts({ done: 1, diverged: 1, queued: 2 }) }),
        cell('baseline', [0.92, 0.92], { firstLayerFilters: 16, trainableParameters: 464_154 }),
      ],
      machines: 1,
      note: 'Under three seeds: no interval.',
    },
    {
      dataset: 'cifar-100',
      arch: 'resnet-56',
      epochs: 200,
      trainExamples: 50000,
      testExamples: 10000,
      precision: 'bfloat16',
      cells: [
        cell('baseline', [], { counts: counts({ failed: 3 }) }),
        cell('mcnn-f', [0.7, 0.71, 0.72], {
          accuracyInterval: [0.685, 0.735],
          accuracyDrop: 0.0000001,
          accuracyDropInterval: [-0.5, 0.5],
          test: { t: 2.5, degrees: 3.25, p: 0.0123456, corrected: 0.0370368 },
          untested: null,
          paired: {
            drop: 0.1,
            pairs: 3,
            interval: [-0.2, 0.4],
            test: { t: -40, degrees: 2, p: 0.00000312345, corrected: 0.00000937035 },
            untested: null,
          },
          smallestVisible: 1.234,
          stepMs: spread([47, 48]),
          stepMsShared: 1,
        }),
        cell('mcnn-l', [0.7134, 0.7136], {}),
      ],
      machines: 2,
      note: '',
    },
  ],
}

describe('formatComparison', () => {
  it('writes text', () => {
    const lines = formatComparison(comparison, 'table')
      .split('\n')
      .map((line) => line.replace(/ {2,}/g, '  ').trim())
    expect(lines).toEqual([
      'First & "best" | 100 %_x: test accuracy after the last epoch, %, mean ± std (seeds); drop = baseline − variant, points [95 % interval]',
      '',
      'Dataset  Arch  Epochs  Train / test  Variant  Paper  Ours  Drop, paper  Drop  p (uncorrected)  p (corrected)  Drop, paired by seed  Min. detectable',
      expect.stringMatching(/^[─ ]+$/),
      'Synthetic (generated)  ResNet-8  5  4,000 / 1,000  Baseline  –  92.00 ± 0.00 (2)',
      'Synthetic (generated)  ResNet-8  5  4,000 / 1,000  MCNN-F  –  93.00 (1)  –  −1.00  –  –  –  –',
      'CIFAR-100  ResNet-56  200  50,000 / 10,000  Baseline  71.79  –',
      'CIFAR-100  ResNet-56  200  50,000 / 10,000  MCNN-F  71.70  71.00 ± 1.00 (3)  0.09  0.00 [−0.50, 0.50]  0.012  0.037  0.10 [−0.20, 0.40] (3)  1.23',
      'CIFAR-100  ResNet-56  200  50,000 / 10,000  MCNN-L  71.34  71.35 ± 0.01 (2)  0.45  –  –  –  –  –',
      '',
      'Synthetic (generated), ResNet-8: Under three seeds: no interval.',
      'p: Welch’s t test of the drop, two-sided; corrected by Holm’s step-down rule (Holm 1979) for the 3 comparisons of this table: every variant of every row against the baseline of its row, including those without a result yet. Intervals are not corrected for multiple comparisons.',
      'Min. detectable: the smallest true drop, in points, that these seeds would detect (two-sided t test at 5 %, power 80 %).',
      expect.stringMatching(/^Paper: M\. Mondal.*Tables I and II\.$/),
      '',
      'First & "best" | 100 %_x: trainable filters of the first, the last and all convolutions, trainable parameters, multiplications per image, time of a training step',
      '',
      'Dataset  Arch  Variant  First layer  Last layer  All layers  Parameters  Multiplications  Step, ms',
      expect.stringMatching(/^[─ ]+$/),
      'Synthetic (generated)  ResNet-8  Baseline  16  64  1,100  464,154  69,124,736  –',
      'Synthetic (generated)  ResNet-8  MCNN-F  4  64  1,100  463,830  69,124,736  –',
      // The counts of this test are invented; the output states that they differ from the paper’s.
      'CIFAR-100  ResNet-56  Baseline  4 (paper 16)  64  1,100  463,830  69,124,736  –',
      'CIFAR-100  ResNet-56  MCNN-F  4  64  1,100  463,830  69,124,736  47.5 ± 0.7*',
      'CIFAR-100  ResNet-56  MCNN-L  4 (paper 16)  64 (paper 16)  1,100  463,830  69,124,736  –',
      '',
      'Steps were timed on more than one machine: don’t compare their times.',
      '* Another training ran on the machine at the same time: these times are longer than those of a run alone.',
      '',
      'First & "best" | 100 %_x: intervals of means and tests of drops, two-sided',
      '',
      'Dataset  Arch  Variant  Mean, % [95 % interval]  Best epoch, % (chosen on)  Welch, t (df)  p (uncorrected)  p (corrected)  Paired, t (df)  p (uncorrected)  p (corrected)',
      expect.stringMatching(/^[─ ]+$/),
      'Synthetic (generated)  ResNet-8  Baseline  92.00  92.10 (test)',
      'Synthetic (generated)  ResNet-8  MCNN-F  93.00  93.10 (test)  needs 3 seeds per side  no seed in common',
      'CIFAR-100  ResNet-56  Baseline  –  –',
      'CIFAR-100  ResNet-56  MCNN-F  71.00 [68.50, 73.50]  71.10 (test)  2.50 (3.3)  0.012  0.037  −40.00 (2.0)  < 0.0001  < 0.0001',
      'CIFAR-100  ResNet-56  MCNN-L  71.35  71.45 (test)  needs 3 seeds per side  –',
      '',
      expect.stringMatching(
        /^p: corrected by Holm.* for the 3 comparisons .*; separately for Welch’s and the paired tests\.$/,
      ),
      expect.stringMatching(/^Mean: .* The best epoch is chosen on the test set, so its accuracy is not a result\.$/),
      '',
    ])
  })

  it('states for a single comparison that there is nothing to correct', () => {
    const text = formatPart({ ...comparison, comparisons: 1 }, 'table-1', 'table')
    expect(text).not.toContain('corrected)')
    expect(text).toContain('the only comparison of this table, so there is no correction')
    expect(formatPart({ ...comparison, comparisons: 1 }, 'tests', 'table')).not.toContain('corrected)')
  })

  it('omits the paper’s columns if the paper has no value', () => {
    const [row] = comparison.rows
    const text = formatPart({ ...comparison, rows: row ? [row] : [] }, 'table-1', 'table')
    expect(text).not.toContain('Paper')
    expect(text).toContain('MCNN-F ')
  })

  it('writes Markdown and escapes markup', () => {
    expect(formatComparison(comparison, 'markdown').split('\n').slice(0, 9)).toEqual([
      '**First & "best" \\| 100 %\\_x: test accuracy after the last epoch, %, mean ± std (seeds); drop = baseline − variant, points \\[95 % interval\\]**',
      '',
      '| Dataset | Arch | Epochs | Train / test | Variant | Paper | Ours | Drop, paper | Drop | p (uncorrected) | p (corrected) | Drop, paired by seed | Min. detectable |',
      '| --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
      '| Synthetic (generated) | ResNet-8 | 5 | 4,000 / 1,000 | Baseline | – | 92.00 ± 0.00 (2) |  |  |  |  |  |  |',
      '| Synthetic (generated) | ResNet-8 | 5 | 4,000 / 1,000 | MCNN-F | – | 93.00 (1) | – | −1.00 | – | – | – | – |',
      '| CIFAR-100 | ResNet-56 | 200 | 50,000 / 10,000 | Baseline | 71.79 | – |  |  |  |  |  |  |',
      '| CIFAR-100 | ResNet-56 | 200 | 50,000 / 10,000 | MCNN-F | 71.70 | 71.00 ± 1.00 (3) | 0.09 | 0.00 \\[−0.50, 0.50\\] | 0.012 | 0.037 | 0.10 \\[−0.20, 0.40\\] (3) | 1.23 |',
      '| CIFAR-100 | ResNet-56 | 200 | 50,000 / 10,000 | MCNN-L | 71.34 | 71.35 ± 0.01 (2) | 0.45 | – | – | – | – | – |',
    ])
  })

  it('writes LaTeX and escapes commands', () => {
    const lines = formatComparison(comparison, 'latex').split('\n')
    expect(lines.slice(0, 8)).toEqual([
      '\\begin{table}',
      '  \\centering',
      '  \\caption{First \\& "best" $|$ 100 \\%\\_x: test accuracy after the last epoch, \\%, mean $\\pm$ std (seeds); drop = baseline $-$ variant, points [95 \\% interval]}',
      '  \\begin{tabular}{llrrlrrrrrrrr}',
      '    \\hline',
      '    Dataset & Arch & Epochs & Train / test & Variant & Paper & Ours & Drop, paper & Drop & p (uncorrected) & p (corrected) & Drop, paired by seed & Min. detectable \\\\',
      '    \\hline',
      '    Synthetic (generated) & ResNet-8 & 5 & 4,000 / 1,000 & Baseline & -- & 92.00 $\\pm$ 0.00 (2) &  &  &  &  &  &  \\\\',
    ])
    expect(lines).toContain(
      '  \\par\\smallskip\\footnotesize Synthetic (generated), ResNet-8: Under three seeds: no interval.',
    )
  })

  it('writes CSV, one line per cell, with empty fields for missing values', () => {
    const lines = formatComparison(comparison, 'csv').split('\n')
    expect(lines).toHaveLength(7)
    expect(lines[0]).toBe(
      'study,dataset,synthetic,arch,variant,epochs,train_examples,test_examples,validation_examples,precision,comparisons,n,accuracy_percent,accuracy_std,accuracies,accuracy_low,accuracy_high,' +
        'best_picked_on,best_accuracy_percent,best_accuracy_std,drop_points,drop_low,drop_high,p_welch,p_welch_corrected,pairs,paired_drop_points,paired_drop_low,paired_drop_high,p_paired,p_paired_corrected,' +
        'smallest_visible_points,paper_accuracy_percent,paper_drop_points,first_layer_filters,last_layer_filters,' +
        'trainable_filters,trainable_parameters,multiplications,step_ms,step_ms_std,step_ms_shared_runs,machines,t_welch,df_welch,t_paired,df_paired,' +
        'runs_queued,runs_running,runs_paused,runs_done,runs_stopped,runs_interrupted,runs_diverged,runs_failed,note',
    )
    expect(lines[1]).toBe(
      'first-1,synthetic,true,resnet-8,mcnn-f,5,4000,1000,0,float32,3,1,93.0000,,93.0000,,,test,93.1000,,-0.9996,,,,,0,,,,,,,,,4,64,1100,463830,69124736,,,,1,,,,,2,0,0,1,0,0,1,0,Under three seeds: no interval.',
    )
    expect(lines[3]).toBe(
      'first-1,cifar-100,false,resnet-56,baseline,200,50000,10000,0,bfloat16,3,0,,,,,,test,,,,,,,,0,,,,,,,71.7900,,4,64,1100,463830,69124736,,,,2,,,,,0,0,0,0,0,0,0,3,',
    )
    expect(lines[4]).toBe(
      'first-1,cifar-100,false,resnet-56,mcnn-f,200,50000,10000,0,bfloat16,3,3,71.0000,1.0000,70.0000 71.0000 72.0000,68.5000,73.5000,test,71.1000,1.0000,0.0000,-0.5000,0.5000,0.01235,0.03704,' +
        '3,0.1000,-0.2000,0.4000,0.000003123,0.000009370,1.2340,71.7000,0.0900,4,64,1100,463830,69124736,47.5000,0.7071,1,2,2.5000,3.2500,-40.0000,2.0000,0,0,0,3,0,0,0,0,',
    )
  })

  it('writes CSV of one table with the columns of that table', () => {
    const [one, two] = (['table-1', 'table-2'] as const).map((part) =>
      formatPart(comparison, part, 'csv').split('\n')[0]?.split(','),
    )
    expect(one).toContain('paired_drop_points')
    expect(one).not.toContain('multiplications')
    expect(two).toContain('step_ms')
    expect(two).not.toContain('accuracies')
  })

  it('quotes commas and quotation marks of a note in CSV', () => {
    const [row] = comparison.rows
    const text = formatComparison({ ...comparison, rows: row ? [{ ...row, note: 'One, "two"' }] : [] }, 'csv')
    expect(text.split('\n')[1]).toMatch(/,"One, ""two"""$/)
  })

  it('writes the complete comparison as JSON', () => {
    expect(JSON.parse(formatComparison(comparison, 'json'))).toEqual(comparison)
  })
})
