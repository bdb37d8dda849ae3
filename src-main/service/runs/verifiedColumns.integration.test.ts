/** Checks which stored columns a verification compares: changes each column of the database in turn. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { differencesOf, disagreements } from '../../analysis/studies/verification'
import { quickStart, type ExperimentConfig } from '../../contract/experiment'
import { epochFields, stepFields, type Metric } from '../../contract/runs/metrics'
import { History } from '../../history/history'
import { modelSummary } from '../../nn/architecture'
import { storedTwice } from '../storage/storedTwice'
import { recordsOf } from './verifiedRecords'

const folder = mkdtempSync(path.join(tmpdir(), 'mcnn-columns-'))
const file = path.join(folder, 'history.sqlite')
const config: ExperimentConfig = {
  ...quickStart.training,
  arch: 'resnet-8',
  variant: 'mcnn-f',
  seed: 1,
  epochs: 3,
  validationExamples: 100,
}
const model = modelSummary(config.arch, config.variant, 10)
const examples = { trainExamples: 400, testExamples: 100 }

/** Not measured and not computed: names, paths, times, states, and entries of a person. */
const notResults = new Set([
  'key',
  'id',
  'study',
  'config',
  'seed',
  'state',
  'reason',
  'position',
  'owner_pid',
  'owner_start',
  'environment',
  'dataset_fingerprint',
  'startup_seconds',
  'weights_file',
  'created_at',
  'started_at',
  'ended_at',
  'note',
  'archived_at',
  'trashed_at',
  'checkpoint_step',
  'checkpoint_epochs',
  'checkpoint_at',
  'batch_size',
])
const measured = (fields: Record<string, Metric>): string[] =>
  Object.values(fields).flatMap(({ column, computed }) => (computed ? [] : [column]))
/** Properties of the machine, which differ each time. They are declared, not forgotten. */
const machines: Readonly<Record<string, readonly string[]>> = {
  epochs: measured(epochFields),
  steps: measured(stepFields),
}

function read(database: string): { kept: Parameters<typeof differencesOf>[0]; twice: ReturnType<typeof storedTwice> } {
  const history = new History(database)
  try {
    const run = history.runs.list()[0]
    const record = run && history.runs.get(run.id)
    if (!record) throw new Error('no run')
    return {
      kept: {
        epochs: history.metrics.epochsOfRun(record.key),
        steps: history.metrics.stepsOfRun(record.key),
        weightsSha256: record.summary.weightsSha256,
        records: recordsOf(history, record.key, false),
      },
      twice: storedTwice(history, record, examples),
    }
  } finally {
    history.close()
  }
}

beforeAll(() => {
  const history = new History(file)
  history.studies.insert({ id: 's', name: 'S', createdAt: '2026-01-01T00:00:00.000Z', plan: null })
  const { arch, variant, dataset, seed, epochs } = config
  const { trainableParameters, trainableFilters } = model
  history.runs.insert(
    {
      id: 'r',
      studyId: 's',
      configId: history.configs.put(config),
      arch,
      variant,
      dataset,
      seed,
      epochs,
      ...examples,
      trainableParameters,
      trainableFilters,
      createdAt: '2026-01-01T00:00:00.000Z',
    },
    { pid: 1, start: '' },
  )
  const key = history.runs.get('r')?.key ?? 0
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const part = epoch / 10
    history.metrics.addSteps(key, [{ step: epoch, epoch, loss: 2 - part, learningRate: 0.1, stepMs: 9 }])
    history.filters.add(key, epoch, 'stem', [1, 1, 1, 2], Buffer.from(Float32Array.of(part, 1 - part).buffer))
    history.filters.addFigures(key, {
      epoch,
      layers: [
        { layer: 'stem', figures: { covered: part, overlap: part, cosine: part, effectiveRank: 1 + part, filters: 2 } },
      ],
    })
    history.metrics.putEvaluation(key, {
      epoch,
      classes: 2,
      confusion: [40, 10, 20, 30],
      mistakes: [{ index: 1, label: 0, predicted: 1, confidence: 0.5 }],
    })
    history.metrics.addEpoch(key, {
      epoch,
      trainLoss: 2 - part,
      trainAccuracy: part,
      testLoss: 2.1 - part,
      testAccuracy: 0.05 + part,
      learningRate: 0.1,
      imagesPerSecond: 100,
      seconds: 4 + part,
      waitSeconds: 0.1,
      cpuSeconds: 7,
      memoryBytes: 5e8,
      validationLoss: 1.9 - part,
      validationAccuracy: 0.02 + part,
      gpuUtilization: 0.5,
      gpuMemoryBytes: 1e9,
    })
  }
  history.runs.end(key, 'done', null, { file: 'w', sha256: 'ab'.repeat(32) })
  history.close()
  honest = read(file)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let honest: ReturnType<typeof read>

function found(database: string): string[] {
  const { kept, twice } = read(database)
  return [
    ...differencesOf(kept, honest.kept, { epochs: config.epochs, step: 1e9, whole: true }).differences,
    ...disagreements(twice),
  ]
}

/** @param change SQL that changes the column in the newest row of a copy */
function foundIn(table: string, column: string, change: string): string[] {
  const copy = path.join(folder, `${table}-${column}.sqlite`)
  copyFileSync(file, copy)
  const db = new Sqlite(copy)
  db.pragma('foreign_keys = OFF')
  const row = table === 'runs' ? 'TRUE' : table === 'steps' ? 'step = 3' : 'epoch = 3'
  const before = db.prepare<[], { value: unknown }>(`SELECT ${column} AS value FROM ${table} WHERE ${row}`).get()?.value
  if (before === null || before === undefined) throw new Error(`${table}.${column} has no value to change`)
  db.exec(`UPDATE ${table} SET ${column} = ${change} WHERE ${row}`)
  db.close()
  return found(copy)
}

describe('a verification', () => {
  const schema = new History(path.join(folder, 'schema.sqlite'))
  schema.close()
  const db = new Sqlite(path.join(folder, 'schema.sqlite'), { readonly: true })
  const columns = ['epochs', 'steps', 'filters', 'layer_figures', 'evaluations', 'runs'].flatMap((table) =>
    db
      .prepare<[], { name: string; type: string }>(`SELECT name, type FROM pragma_table_info('${table}')`)
      .all()
      .map(({ name, type }) => [table, name, type] as const),
  )
  db.close()
  const compared = columns.filter(
    ([table, column]) =>
      column !== 'run' && !(table === 'runs' ? notResults.has(column) : machines[table]?.includes(column)),
  )

  it('finds no difference in an unchanged history', () => {
    expect(honest.kept.records).toHaveLength(7)
    expect(found(file)).toEqual([])
  })

  it.each(compared)('finds a change of %s.%s', (table, column, type) => {
    const change = {
      TEXT: `${column} || 'x'`,
      BLOB: `zeroblob(length(${column}))`,
      INTEGER: `${column} + 7`,
      REAL: `${column} * 1.5 + 0.001`,
    }[type]
    // JSON stays JSON, and names of networks stay valid: other tests cover unreadable histories.
    const special: Record<string, string> = {
      'evaluations.mistakes': `'[]'`,
      'runs.arch': `'resnet-20'`,
      'runs.variant': `'mcnn-l'`,
      'runs.dataset': `'cifar-10'`,
    }
    expect(foundIn(table, column, special[`${table}.${column}`] ?? change ?? '')).not.toEqual([])
  })

  it.each(Object.entries(machines).flatMap(([table, names]) => names.map((name) => [table, name] as const)))(
    'declares %s.%s to be the machine’s own',
    (table, column) => {
      expect(columns.map(([of, name]) => `${of}.${name}`)).toContain(`${table}.${column}`)
    },
  )
})
