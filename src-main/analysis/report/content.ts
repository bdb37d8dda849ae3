/** The content of a study's report, before it is rendered as HTML, Markdown or LaTeX. Pure. */
import { isGenerated } from '../../contract/datasets/datasetRegistry'
import { compactVariant, parseVariant, type ExperimentConfig } from '../../contract/experiment'
import type { StudyManifest } from '../../contract/publish/manifests'
import type { Comparison, ComparisonRow } from '../../contract/studies/comparison'
import type { Environment } from '../../contract/runs/environment'
import type { FilterBank } from '../../contract/models/filters'
import type { RunSummary } from '../../contract/runs/runs'
import { bankSvg } from '../filters/bankSvg'
import { presentVariants, tableOne, tableTwo } from '../studies/comparisonTables'
import { barGroups, costPoints } from '../figures/comparison'
import { seriesOf, type CurveEpoch } from '../figures/curves'
import { lookOf } from '../figures/looks'
import { paretoFront } from '../figures/pareto'
import { barFigure, lineFigure, paretoFigure } from '../figures/print'
import { manifestText } from '../studies/manifest'
import { archName, datasetName, variantMeaning, variantName, variantShort } from '../text/names'
import { compact, duration, percent, plural, whole } from '../text/numbers'
import { pickedSentence, pickedWords, runPickedOn } from '../statistics/picked'
import { configRows, environmentRows } from '../query/runRows'
import type { Table } from '../text/table'
import { dateTimeZone } from '../text/time'
import { sharedNotes, timed } from '../text/timing'
import { statisticsSentences } from './sentences'

export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; table: Table }
  /** `file` is its name without an extension. */
  | { kind: 'figure'; file: string; svg: string; caption: string }
  /** A separate file next to the report. */
  | { kind: 'file'; name: string; text: string; caption: string }

export interface Report {
  title: string
  /** Line under the title. */
  byline: string
  blocks: Block[]
}

export interface ReportFacts {
  comparison: Comparison
  runs: readonly RunSummary[]
  /** By run id. */
  configs: ReadonlyMap<string, ExperimentConfig>
  environments: ReadonlyMap<string, Environment | null>
  curves: ReadonlyMap<string, readonly CurveEpoch[]>
  /** One bank of each variant with multi-band layers and a finished run. */
  banks: readonly { run: RunSummary; bank: FilterBank }[]
  manifest: StudyManifest
  program: string
  /** ISO. */
  madeAt: string
}

export function reportOf(facts: ReportFacts): Report {
  const { comparison, manifest, program, madeAt } = facts
  return {
    title: comparison.studyName,
    byline: `A study of ${plural(facts.runs.length, 'run')} with MCNN Workbench ${program}, written on ${dateTimeZone(madeAt)}.`,
    blocks: withDistinctFiles([
      heading('What the study shows'),
      ...(comparison.rows.length === 0 ? [text('This study has no runs.')] : [list(statisticsSentences(comparison))]),
      text(
        [
          'Test accuracy is that of the last epoch.',
          pickedSentence(facts.runs.map(runPickedOn)),
          'The paper’s numbers are for reference and enter no mean.',
        ]
          .filter(Boolean)
          .join(' '),
      ),
      heading('Table I: accuracy'),
      table(tableOne(comparison)),
      heading('Table II: trained parameters and cost'),
      table(tableTwo(comparison)),
      heading('Figures'),
      ...figures(facts),
      ...(facts.banks.length === 0 ? [] : [heading('Filter banks'), ...facts.banks.map(bankFigure)]),
      heading('Method'),
      ...method(facts),
      heading('Runs'),
      text(
        'Every run of the study except those in the trash, including failed and unfinished runs. Only finished runs enter a mean.',
      ),
      table(runTable(facts)),
      heading('Manifest'),
      {
        kind: 'file',
        name: 'manifest.json',
        text: manifestText(manifest),
        caption:
          'Config, code, versions, machine, data fingerprint, results and weights’ hash of every run. `mcnn verify RUN` retrains a run and reports whether the results are identical.',
      },
    ]),
  }
}

/** Gives each figure a file name of its own, also on case-insensitive file systems. */
function withDistinctFiles(blocks: readonly Block[]): Block[] {
  const taken = new Set<string>()
  return blocks.map((block) => {
    if (block.kind !== 'figure') return block
    let file = block.file
    for (let n = 2; taken.has(file.toLowerCase()); n++) file = `${block.file}-${n}`
    taken.add(file.toLowerCase())
    return { ...block, file }
  })
}

const heading = (words: string): Block => ({ kind: 'heading', text: words })
const text = (words: string): Block => ({ kind: 'text', text: words })
const list = (items: string[]): Block => ({ kind: 'list', items })
const table = (of: Table): Block => ({ kind: 'table', table: of })

/** Data sets in the order of the rows. */
function datasetsOf({ rows }: Comparison): ComparisonRow['dataset'][] {
  return [...new Set(rows.map((row) => row.dataset))]
}

function figures({ comparison, runs, curves, configs, manifest }: ReportFacts): Block[] {
  const variants = presentVariants(comparison)
  const legend = variants.map((variant) => ({ label: variantShort(variant), ...lookOf(variant) }))
  const ofDataset = datasetsOf(comparison).flatMap((dataset): Block[] => {
    const rows = comparison.rows.filter((row) => row.dataset === dataset)
    const groups = barGroups(rows, variants, lookOf)
    const points = costPoints(rows, variants, lookOf)
    if (points.length === 0) return []
    const name = datasetName(dataset)
    const paper = groups.some((group) => group.bars.some((bar) => bar.reference !== null))
      ? ' Hollow diamonds: the paper.'
      : ''
    return [
      {
        kind: 'figure',
        file: `figure-3-${dataset}`,
        svg: barFigure(`Test accuracy, %, ${name}`, groups, legend),
        caption: `Test accuracy on ${name} by network and variant. Bars: means over seeds; whiskers: ± one standard deviation (two or more seeds); dots: single seeds.${paper} Note where the axis starts.`,
      },
      {
        kind: 'figure',
        file: `accuracy-and-size-${dataset}`,
        svg: paretoFigure(`Test accuracy, %, ${name}`, 'trainable parameters', points, legend, compact),
        caption: `Test accuracy on ${name} against trainable parameters. Vertical lines: ± one standard deviation (two or more seeds).${paretoFront(points).length > 1 ? ' Dashed line: Pareto front.' : ''}`,
      },
    ]
  })
  const examples = new Map(manifest.runs.map(({ run, data }) => [run.id, `${data.trainExamples} ${data.testExamples}`]))
  const base = (row: ComparisonRow): string => `${row.dataset}-${row.arch}-${row.epochs}`
  const ofRows = comparison.rows.flatMap((row, i): Block[] => {
    const own = runs.filter(
      (run) =>
        run.dataset === row.dataset &&
        run.arch === row.arch &&
        run.epochs === row.epochs &&
        examples.get(run.id) === `${row.trainExamples} ${row.testExamples}` &&
        configs.get(run.id)?.precision === row.precision,
    )
    // Rows may differ in settings that are not part of the file name.
    const file =
      comparison.rows.filter((other) => base(other) === base(row)).length > 1 ? `${base(row)}-${i + 1}` : base(row)
    const name = `${datasetName(row.dataset)}, ${archName(row.arch)}`
    return (['accuracy', 'loss'] as const).flatMap((measure): Block[] => {
      const series = seriesOf(own, curves, { measure, band: 'std', axis: 'epoch', smooth: 0, steps: null }, lookOf)
      if (series.length === 0) return []
      const what = measure === 'accuracy' ? 'Test accuracy, %' : 'Training loss, nats'
      return [
        {
          kind: 'figure',
          file: `${measure}-${file}`,
          svg: lineFigure(`${what}, ${name}`, 'epoch', series, 'linear', []),
          caption: `${what}, by epoch on ${name}. Lines: means over the seeds, up to the last epoch that all have finished; bands: ± one standard deviation (two or more seeds); thin lines: single seeds beyond that epoch.`,
        },
      ]
    })
  })
  return [...ofDataset, ...ofRows]
}

function bankFigure({ run, bank }: ReportFacts['banks'][number]): Block {
  const name = `${variantName(run.variant)}, ${archName(run.arch)}, ${datasetName(run.dataset)}, seed ${run.seed}`
  return {
    kind: 'figure',
    file: `bank-${compactVariant(run.variant).replace(/[^a-z0-9]+/gi, '-')}-${run.arch}`,
    svg: bankSvg(bank, { subtitle: name }),
    caption: `A filter bank of ${name}: ${bank.layer}, base filter ${bank.filter} after epoch ${bank.epoch}, with the magnitudes of its bands’ frequency responses.`,
  }
}

/** Splits rows into those that all runs share and those that differ, with all their values. */
function shared(all: readonly (readonly (readonly [string, string])[])[]): string[][] {
  const values = new Map<string, Set<string>>()
  for (const rows of all)
    for (const [label, value] of rows) values.set(label, (values.get(label) ?? new Set()).add(value))
  return [...values].map(([label, known]) => [label, [...known].join('; ')])
}

/** Explains the codes of custom banks in tables and figures. */
function ownBanks(runs: readonly RunSummary[]): Block[] {
  const own = [...new Set(runs.map((run) => run.variant))].filter((variant) =>
    Array.isArray(parseVariant(variant)?.bank),
  )
  return own.length === 0 ? [] : [list(own.map((variant) => `${variantName(variant)}: ${variantMeaning(variant)}.`))]
}

function method({ runs, configs, environments }: ReportFacts): Block[] {
  const used = runs.flatMap((run) => configs.get(run.id) ?? [])
  const machines = runs.flatMap((run) => environments.get(run.id) ?? [])
  const left = (title: string): Table['columns'][number] => ({ title, align: 'left' })
  const synthetic = used.some((config) => isGenerated(config.dataset))
    ? [
        text(
          'The images of the data set “synthetic” are generated from a seed: their results say nothing about real photos.',
        ),
      ]
    : []
  return [
    text(
      'CIFAR ResNets (He et al. 2016, section 4.2) and their multi-band variants (Mondal et al., Multi-band Convolutional Neural Network for Efficient Utilization of Model Parameters): in a multi-band layer only base filters are trained, a quarter of all if a bank has four. Fixed masks derive the other filters of a bank from its base filter; unless the variant’s name says otherwise there are three, with the signs (−1)^r, (−1)^s and (−1)^(r+s) of column r and row s. Optimizer: SGD with momentum. Runs with equal seeds share order and augmentation of the images.',
    ),
    ...ownBanks(runs),
    ...synthetic,
    ...(used.length === 0
      ? []
      : [
          table({
            caption: 'Settings. If runs differ, all values are given.',
            columns: [left('Setting'), left('Value')],
            rows: shared(used.map(configRows)),
            notes: [],
          }),
        ]),
    ...(machines.length === 0
      ? []
      : [
          table({
            caption: 'Machines and versions of the runs. If they differ, all values are given.',
            columns: [left('Machine and versions'), left('Value')],
            rows: shared(machines.map(environmentRows)),
            notes: [],
          }),
        ]),
    text(
      'Means and standard deviations (n − 1) are over seeds. Intervals are 95 % intervals of Student’s t: Welch’s for a difference of means or, if so labelled, of paired differences within seeds. They need three seeds per side.',
    ),
  ]
}

/** '93.40 (epoch 4, chosen on validation)' */
function bestWords(run: RunSummary): string {
  const on = runPickedOn(run)
  return on === null
    ? percent(null)
    : `${percent(run.bestTestAccuracy)} (epoch ${whole(run.bestEpoch)}, ${pickedWords[on].phrase})`
}

function runTable({ runs }: ReportFacts): Table {
  return {
    caption: 'Runs, in the order of creation.',
    columns: [
      { title: 'Run', align: 'left' },
      { title: 'Variant', align: 'left' },
      { title: 'Arch', align: 'left' },
      { title: 'Seed', align: 'right' },
      { title: 'State', align: 'left' },
      { title: 'Epochs', align: 'right' },
      { title: 'Last epoch, %', align: 'right' },
      { title: 'Best epoch, %', align: 'right' },
      { title: 'Time', align: 'right' },
      { title: 'Weights, SHA-256', align: 'left' },
    ],
    rows: runs.map((run) => [
      run.id,
      variantName(run.variant),
      archName(run.arch),
      String(run.seed),
      run.state,
      `${whole(run.epochsDone)} of ${whole(run.epochs)}`,
      percent(run.testAccuracy),
      bestWords(run),
      timed(duration(run.seconds), run.timing),
      run.weightsSha256 === null ? '–' : run.weightsSha256.slice(0, 16),
    ]),
    notes: [
      ...sharedNotes(runs),
      ...runs.flatMap((run) => (run.reason === null || run.state === 'done' ? [] : [`${run.id}: ${run.reason}`])),
    ],
  }
}
