import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runPickedOn } from '../analysis/statistics/picked'
import { WorkbenchError } from '../contract/errors'
import { quickStart, type ExperimentConfig } from '../contract/experiment'
import type { EpochMetrics } from '../contract/runs/metrics'
import { random } from '../nn/random'
import { configId } from './configs'
import { openDatabase } from './files/database'
import { History } from './history'
import { migrations } from './migrations'
import { statementPlans } from './testSupport'

const owner = { pid: 1, start: 'x' }
const config: ExperimentConfig = { arch: 'resnet-8', variant: 'mcnn-f', seed: 1, ...quickStart.training, epochs: 5 }

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-history-'))
  file = path.join(folder, 'history.sqlite')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function addRun(history: History, id: string, studyId = 'study'): number {
  if (!history.studies.has(studyId))
    history.studies.insert({ id: studyId, name: studyId, createdAt: '2026-01-01T00:00:00Z', plan: null })
  const { arch, variant, dataset, seed, epochs } = config
  const examples = { trainExamples: 4000, testExamples: 1000 }
  const counts = { trainableParameters: 1000, trainableFilters: 10 }
  history.runs.insert(
    {
      id,
      studyId,
      configId: history.configs.put(config),
      arch,
      variant,
      dataset,
      seed,
      epochs,
      ...examples,
      ...counts,
      createdAt: '2026-01-01T00:00:00Z',
    },
    owner,
  )
  return keyOf(history, id)
}

function keyOf(history: History, id: string): number {
  const run = history.runs.get(id)
  if (!run) throw new Error(`no run ${id}`)
  return run.key
}

function epochOf(epoch: number, changes: Partial<EpochMetrics> = {}): EpochMetrics {
  return {
    epoch,
    trainLoss: 1,
    trainAccuracy: 0.5,
    testLoss: 1,
    testAccuracy: 0.5,
    learningRate: 0.1,
    imagesPerSecond: 100,
    seconds: 2,
    waitSeconds: 0.01,
    cpuSeconds: 3.9,
    memoryBytes: 5e8,
    validationLoss: null,
    validationAccuracy: null,
    gpuUtilization: 0.25,
    gpuMemoryBytes: 2 ** 30,
    ...changes,
  }
}

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (thrown) {
    return thrown
  }
  return null
}

describe('the stamp of a study’s comparison', () => {
  it('differs for a run that got the key of a deleted one', () => {
    const history = new History(file)
    const done = (id: string): number => {
      const key = addRun(history, id)
      history.runs.end(key, 'done', null)
      return key
    }
    done('a')
    const key = done('b')
    const before = history.studies.stamp('study')
    expect(history.studies.stamp('study')).toBe(before)
    history.runs.remove('b')
    expect(done('c')).toBe(key)
    expect(history.studies.stamp('study')).not.toBe(before)
    // The same id, trained again.
    const again = history.studies.stamp('study')
    history.runs.end(key, 'done', null, null, '2030-01-01T00:00:00.000Z')
    expect(history.studies.stamp('study')).not.toBe(again)
    history.close()
  })
})

describe('curves of a study', () => {
  it('include all runs with a network at the same epochs, with the time between these', () => {
    const history = new History(file)
    const runs = ['a', 'b', 'c'].map((id) => addRun(history, id))
    for (const [i, run] of runs.entries())
      history.metrics.addEpochs(
        run,
        [1, 2, 3, 4, 5].slice(0, 5 - i).map((epoch) => epochOf(epoch, { testAccuracy: epoch / 10, seconds: 2 + i })),
      )
    const whole = history.metrics.curvesOfStudy('study', config.dataset, config.arch, 100)
    expect(whole.every).toBe(1)
    expect(whole.runs.map((run) => [run.runId, run.epoch.length])).toEqual([
      ['a', 5],
      ['b', 4],
      ['c', 3],
    ])
    expect(whole.runs[1]).toEqual({
      runId: 'b',
      epoch: [1, 2, 3, 4],
      testAccuracy: [0.1, 0.2, 0.3, 0.4],
      trainLoss: [1, 1, 1, 1],
      elapsed: [3, 6, 9, 12],
    })
    const some = history.metrics.curvesOfStudy('study', config.dataset, config.arch, 4)
    expect(some).toMatchObject({
      every: 3,
      runs: [{ epoch: [1, 3, 5], elapsed: [2, 6, 10] }, { epoch: [1, 3], elapsed: [3, 9] }, { epoch: [1, 3] }],
    })
    history.runMarks.trash('a', '2026-01-02T00:00:00Z')
    expect(
      history.metrics.curvesOfStudy('study', config.dataset, config.arch, 100).runs.map((run) => run.runId),
    ).toEqual(['b', 'c'])
    expect(history.metrics.curvesOfStudy('study', config.dataset, 'resnet-110', 100).runs).toEqual([])
    history.close()
  })
})

describe('the queue', () => {
  it('reads one row of the queue to append a run, however many are queued', () => {
    const history = new History(file)
    history.transaction(() => {
      for (let i = 0; i < 400; i++) addRun(history, `r${i}`)
    })
    expect(history.runs.unfinished().map((run) => run.summary.id)).toEqual(
      Array.from({ length: 400 }, (_, i) => `r${i}`),
    )
    expect(history.runs.claimNext(owner)?.summary.id).toBe('r0')
    expect(history.runs.claimNext(owner)?.summary.id).toBe('r1')
    history.close()
    const queue = statementPlans(file).filter(({ sql }) => sql.includes('runs_unfinished'))
    const append = queue.filter(({ sql }) => sql.startsWith('INSERT INTO runs'))
    expect(append).toHaveLength(1)
    // The index has the order of the queue, so LIMIT 1 ends the scan at its first row.
    expect(append[0]?.sql).toContain('ORDER BY position DESC LIMIT 1')
    expect(append[0]?.steps.filter((step) => step.startsWith('SCAN'))).toEqual([
      'SCAN runs USING INDEX runs_unfinished',
    ])
    expect(queue.flatMap(({ steps }) => steps).filter((step) => /^USE TEMP B-TREE|^SCAN runs$/.test(step))).toEqual([])
  })
})

describe('a prepared statement', () => {
  it('never scans a table that grows with every epoch', () => {
    new History(file).close()
    const plans = statementPlans(file)
    const growing = /^SCAN (epochs|steps|events|filters|layer_figures|evaluations)\b/
    expect(plans.length).toBeGreaterThan(50)
    expect(plans.filter(({ steps }) => steps.some((step) => growing.test(step)))).toEqual([])
  })
})

describe('a database', () => {
  it('is created, migrated to the newest version and opened again', () => {
    new History(file).close()
    const db = openDatabase(file)
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length)
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
    db.close()
  })

  it('runs only the missing migrations, all or none', () => {
    openDatabase(file, { steps: ['CREATE TABLE a (x)'] }).close()
    openDatabase(file, { steps: ['CREATE TABLE a (x)', 'CREATE TABLE b (x)'] }).close()
    expect(() => openDatabase(file, { steps: ['', '', 'CREATE TABLE c (x)', 'CREATE TABLE b (x)'] })).toThrow(
      WorkbenchError,
    )
    const db = openDatabase(file, { steps: ['', ''] })
    expect(db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).pluck().all()).toEqual([
      'a',
      'b',
    ])
    db.close()
  })

  it('keeps every run, epoch and best epoch of the version without validation columns', () => {
    const before = openDatabase(file, { steps: migrations.slice(0, 5) })
    before.exec(`
      INSERT INTO studies (key, id, name, created_at) VALUES (1, 'study', 'Study', '2026-01-01T00:00:00Z');
      INSERT INTO configs (id, json) VALUES ('c', '${JSON.stringify(Object.fromEntries(Object.entries(config).filter(([name]) => name !== 'seed')))}');
      INSERT INTO runs (key, id, study, config, arch, variant, dataset, seed, epochs, train_examples, test_examples, trainable_parameters, trainable_filters, state, position, created_at,
        epochs_done, test_accuracy, best_test_accuracy, best_epoch, min_test_accuracy)
        VALUES (7, 'old', 1, 'c', 'resnet-8', 'mcnn-f', 'synthetic', 3, 2, 4000, 1000, 9, 9, 'done', 1, '2026-01-01T00:00:00Z', 2, 0.5, 0.75, 1, 0.5);
      INSERT INTO epochs VALUES (7, 1, 1.5, 0.4, 1.25, 0.75, 0.1, 100, 2, 0.01, 3.9, 5e8), (7, 2, 1.0, 0.6, 1.5, 0.5, 0.1, 100, 2, NULL, NULL, NULL);`)
    before.close()
    const history = new History(file)
    expect(history.runs.get('old')).toMatchObject({
      validationExamples: 0,
      summary: { testAccuracy: 0.5, bestTestAccuracy: 0.75, bestEpoch: 1, bestValidationAccuracy: null },
    })
    expect(history.metrics.epochsOfRun(7)).toEqual([
      {
        epoch: 1,
        trainLoss: 1.5,
        trainAccuracy: 0.4,
        testLoss: 1.25,
        testAccuracy: 0.75,
        learningRate: 0.1,
        imagesPerSecond: 100,
        seconds: 2,
        waitSeconds: 0.01,
        cpuSeconds: 3.9,
        memoryBytes: 5e8,
        validationLoss: null,
        validationAccuracy: null,
        gpuUtilization: null,
        gpuMemoryBytes: null,
      },
      {
        epoch: 2,
        trainLoss: 1,
        trainAccuracy: 0.6,
        testLoss: 1.5,
        testAccuracy: 0.5,
        learningRate: 0.1,
        imagesPerSecond: 100,
        seconds: 2,
        waitSeconds: null,
        cpuSeconds: null,
        memoryBytes: null,
        validationLoss: null,
        validationAccuracy: null,
        gpuUtilization: null,
        gpuMemoryBytes: null,
      },
    ])
    expect(history.configs.get('c', 3).validationExamples).toBeUndefined()
    history.close()
    const db = openDatabase(file)
    expect(db.prepare('SELECT max_test_accuracy FROM runs').pluck().all()).toEqual([0.75])
    db.close()
  })

  it('of a newer program is rejected with a message and unchanged, byte by byte', () => {
    const newer = new Sqlite(file)
    newer.pragma('journal_mode = WAL')
    newer.exec('CREATE TABLE future (x)')
    newer.pragma(`user_version = ${migrations.length + 1}`)
    newer.close()
    const bytes = readFileSync(file)
    const { mtimeMs } = statSync(file)
    const thrown = thrownBy(() => new History(file))
    expect(thrown).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('newer MCNN Workbench') as string,
      fix: expect.any(String) as string,
    })
    expect(readFileSync(file).equals(bytes)).toBe(true)
    expect(statSync(file).mtimeMs).toBe(mtimeMs)
    expect(readdirSync(folder)).toEqual(['history.sqlite'])
  })

  it('of a newer program is recognised if only the WAL has its version', () => {
    const newer = new Sqlite(file)
    newer.pragma('journal_mode = WAL')
    newer.pragma(`user_version = ${migrations.length + 1}`)
    try {
      expect(readFileSync(file).readUInt32BE(60)).toBe(0)
      expect(thrownBy(() => new History(file))).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('newer MCNN Workbench') as string,
      })
    } finally {
      newer.close()
    }
  })

  it('is rejected and unchanged if the file is no database', () => {
    const text = 'not a database, but long enough to have had a header of a hundred bytes if it were one. '.repeat(2)
    writeFileSync(file, text)
    expect(thrownBy(() => new History(file))).toMatchObject({ code: 'damaged', fix: expect.any(String) as string })
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(existsSync(`${file}-wal`)).toBe(false)
  })

  it('reports corruption and missing permissions in use with a remedy', () => {
    const history = new History(file)
    try {
      const read = thrownBy(() =>
        history.transaction(() => {
          throw new Sqlite.SqliteError('database disk image is malformed', 'SQLITE_CORRUPT')
        }),
      )
      expect(history.explained(read)).toMatchObject({
        code: 'damaged',
        message: expect.stringContaining(file) as string,
        fix: expect.any(String) as string,
      })
      const written = new Sqlite.SqliteError('attempt to write a readonly database', 'SQLITE_READONLY')
      expect(history.explained(written)).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('readonly') as string,
      })
      const ours = new Sqlite.SqliteError('no such column: x', 'SQLITE_ERROR')
      expect(history.explained(ours)).toBe(ours)
    } finally {
      history.close()
    }
  })

  it('can be read by one program while another writes', () => {
    const writer = new History(file)
    const reader = new History(file)
    const key = addRun(writer, 'a')
    writer.metrics.addEpoch(key, epochOf(1))
    expect(reader.runs.get('a')?.summary.epochsDone).toBe(1)
    reader.close()
    writer.close()
  })

  it('reports that it is intact', () => {
    const history = new History(file)
    expect(history.check()).toBe('ok')
    expect(history.sqliteVersion()).toMatch(/^3\./)
    history.close()
  })
})

describe('a history from an untrusted source', () => {
  it('is bad data if a row holds a value that this program never writes', () => {
    const history = new History(file)
    try {
      addRun(history, 'a')
      const db = new Sqlite(file)
      for (const json of ['{}', 'no JSON', '{"__proto__": {"polluted": true}}', 'null', '[]']) {
        db.prepare('UPDATE configs SET json = ?').run(json)
        const thrown = thrownBy(() => history.configs.get(configId(config), 1))
        expect(history.explained(thrown), json).toMatchObject({
          code: 'bad-data',
          message: expect.stringContaining(file) as string,
        })
      }
      db.close()
      expect('polluted' in {}).toBe(false)
    } finally {
      history.close()
    }
  })

  it('makes SQLite load no library and call no untrusted function of its schema', () => {
    new History(file).close()
    const db = openDatabase(file)
    try {
      expect(db.pragma('trusted_schema', { simple: true })).toBe(0)
      expect(() => db.prepare("SELECT load_extension('evil')").get()).toThrow(/not authorized|no such function/)
      for (const name of ['readfile', 'writefile', 'edit', 'shell'])
        expect(db.prepare('SELECT 1 FROM pragma_function_list WHERE name = ?').get(name), name).toBeUndefined()
    } finally {
      db.close()
    }
  })
})

describe('metrics', () => {
  it('are summarised after every epoch as an independent computation does', () => {
    const history = new History(file)
    const key = addRun(history, 'a')
    const other = addRun(history, 'b')
    history.metrics.addEpoch(other, epochOf(1, { testAccuracy: 0.99 }))
    const rng = random(7, 'order')
    const epochs: EpochMetrics[] = []
    for (let epoch = 1; epoch <= 50; epoch++) {
      // Coarse values, so that the best accuracy occurs more than once.
      const metrics = epochOf(epoch, {
        testAccuracy: rng.int(0, 8) / 8,
        trainLoss: rng.uniform(),
        seconds: rng.uniform(),
        imagesPerSecond: 100 * rng.uniform(),
      })
      epochs.push(metrics)
      history.metrics.addEpoch(key, metrics)
      const best = Math.max(...epochs.map((e) => e.testAccuracy))
      const summary = history.runs.get('a')?.summary
      expect(summary).toMatchObject({
        epochsDone: epoch,
        testAccuracy: metrics.testAccuracy,
        trainLoss: metrics.trainLoss,
        bestTestAccuracy: best,
        bestEpoch: epochs.find((e) => e.testAccuracy === best)?.epoch,
      })
      expect(summary?.seconds).toBeCloseTo(
        epochs.reduce((sum, e) => sum + e.seconds, 0),
        10,
      )
      expect(summary?.imagesPerSecond).toBeCloseTo(epochs.reduce((sum, e) => sum + e.imagesPerSecond, 0) / epoch, 10)
    }
    expect(history.metrics.epochsOfRun(key)).toEqual(epochs)
    expect(history.studies.totals('study')).toMatchObject({ total: 2, epochsDone: 51, epochs: 10 })
    history.close()
  })

  it('with a validation split have the best epoch chosen on it, and the test accuracy of that epoch', () => {
    const history = new History(file)
    const key = addRun(history, 'a')
    // [test, validation]: the best test accuracy is not the chosen one, and the first of two equal ones counts.
    const accuracies: [number, number][] = [
      [0.5, 0.3],
      [0.6, 0.8],
      [0.9, 0.7],
      [0.4, 0.8],
      [0.7, 0.1],
    ]
    const epochs = accuracies.map(([testAccuracy, validationAccuracy], i) =>
      epochOf(i + 1, { testAccuracy, validationAccuracy, validationLoss: 1 - validationAccuracy }),
    )
    for (const epoch of epochs) history.metrics.addEpoch(key, epoch)
    expect(history.metrics.epochsOfRun(key)).toEqual(epochs)
    expect(history.runs.get('a')?.summary).toMatchObject({
      bestEpoch: 2,
      bestTestAccuracy: 0.6,
      bestValidationAccuracy: 0.8,
      testAccuracy: 0.7,
    })
    // The query field agrees with all lists.
    const other = addRun(history, 'tested')
    history.metrics.addEpoch(other, epochOf(1))
    addRun(history, 'waits')
    const found = (query: string): [string, string | null][] =>
      history.runLists
        .part({ query, sort: [], statistic: 'last', group: 'none', open: [] }, 0, 10)
        .part.flatMap((row) => (row.kind === 'run' ? [[row.id, runPickedOn(row)]] : []))
    expect(found('picked:validation')).toEqual([['a', 'validation']])
    expect(found('picked:test')).toEqual([['tested', 'test']])
    // An extended run takes it along; a run that resumes from an earlier point chooses again.
    const longer = addRun(history, 'b')
    history.metrics.copy(key, longer)
    expect(history.metrics.epochsOfRun(longer)).toEqual(epochs)
    expect(history.runs.get('b')?.summary).toMatchObject({ bestEpoch: 2, bestValidationAccuracy: 0.8 })
    history.metrics.rollBack(longer, { epochs: 1, step: 0 })
    expect(history.runs.get('b')?.summary).toMatchObject({
      bestEpoch: 1,
      bestTestAccuracy: 0.5,
      bestValidationAccuracy: 0.3,
    })
    history.close()
  })

  it('are never stored if they are not finite', () => {
    const history = new History(file)
    const key = addRun(history, 'a')
    for (const value of [NaN, Infinity, -Infinity])
      for (const name of Object.keys(epochOf(1)).filter((n) => n !== 'epoch'))
        expect(() => history.metrics.addEpoch(key, { ...epochOf(1), [name]: value })).toThrow('only finite numbers')
    expect(() =>
      history.metrics.addSteps(key, [{ step: 1, epoch: 1, loss: NaN, learningRate: 0.1, stepMs: 1 }]),
    ).toThrow('only finite numbers')
    expect(history.metrics.epochsOfRun(key)).toEqual([])
    expect(history.runs.get('a')?.summary).toMatchObject({
      epochsDone: 0,
      testAccuracy: null,
      seconds: null,
      imagesPerSecond: null,
    })
    history.close()
  })

  it('of steps store a NaN loss as missing, and each step only once', () => {
    const history = new History(file)
    const key = addRun(history, 'a')
    const steps = [
      { step: 1, epoch: 1, loss: 2.5, learningRate: 0.1, stepMs: 10 },
      { step: 2, epoch: 1, loss: null, learningRate: 0.1, stepMs: 10 },
    ]
    history.metrics.addSteps(key, steps)
    expect(history.metrics.stepsOfRun(key)).toEqual(steps)
    const more = [3, 2].map((step) => ({ step, epoch: 1, loss: 1, learningRate: 0.1, stepMs: 10 }))
    expect(() => history.metrics.addSteps(key, more)).toThrow('UNIQUE')
    expect(history.metrics.stepsOfRun(key)).toEqual(steps)
    history.close()
  })
})

describe('configs', () => {
  it('have equal ids if they differ in the seed only, whatever the order of their keys', () => {
    const reordered = Object.fromEntries(Object.entries(config).reverse()) as ExperimentConfig
    expect(configId({ ...reordered, seed: 2 })).toBe(configId(config))
    expect(configId({ ...config, learningRate: 0.2 })).not.toBe(configId(config))
    expect(configId({ ...config, arch: 'resnet-14' })).not.toBe(configId(config))
  })

  it('without a validation split have the ids of versions that had no splits', () => {
    // As an earlier version stored it.
    expect(configId(config)).toBe('6d1ab9ce4ae2ffe6')
    expect(configId({ ...config, validationExamples: null })).toBe(configId(config))
    expect(configId({ ...config, validationExamples: 100 })).not.toBe(configId(config))
  })

  it('are read as they were written', () => {
    const history = new History(file)
    expect(history.configs.get(history.configs.put(config), 17)).toEqual({ ...config, seed: 17 })
    history.close()
  })
})

describe('filters', () => {
  it('are read bit for bit, NaN included; by default those of the newest epoch', () => {
    const history = new History(file)
    const key = addRun(history, 'a')
    const values = Float32Array.from([0.1, -2, NaN, 1e-40])
    history.filters.add(key, 0, 'stem', [1, 1, 1, 4], Buffer.alloc(16))
    history.filters.add(key, 1, 'stem', [1, 1, 1, 4], Buffer.from(values.buffer))
    expect(history.filters.get(key, 'stem', null)).toEqual({ epoch: 1, shape: [1, 1, 1, 4], values })
    expect(history.filters.get(key, 'stem', 0)?.values).toEqual(new Float32Array(4))
    expect(history.filters.get(key, 'stem', 2)).toBeNull()
    expect(history.filters.epochs(key)).toEqual(new Map([['stem', [0, 1]]]))
    expect(() => history.filters.add(key, 2, 'stem', [3, 3, 3, 4], Buffer.alloc(16))).toThrow('16 bytes')
    history.close()
  })
})

describe('runs', () => {
  it('are claimed once, in order, and only by their owner', () => {
    const history = new History(file)
    for (const id of ['a', 'b', 'c']) addRun(history, id)
    history.runs.setOwner(keyOf(history, 'a'), null, 'Held.')
    expect(history.runs.claimNext({ pid: 2, start: 'x' })).toBeNull()
    expect(history.runs.claimNext(owner)?.summary).toMatchObject({
      id: 'b',
      state: 'running',
      startedAt: expect.any(String) as string,
    })
    expect(history.runs.claimNext(owner)?.summary.id).toBe('c')
    expect(history.runs.claimNext(owner)).toBeNull()
    history.close()
  })

  it('are removed with their measurements, alone or with their study', () => {
    const history = new History(file)
    for (const id of ['a', 'b']) {
      const key = addRun(history, id)
      history.metrics.addEpoch(key, epochOf(1))
      history.metrics.addSteps(key, [{ step: 1, epoch: 1, loss: 1, learningRate: 0.1, stepMs: 1 }])
      history.filters.add(key, 0, 'stem', [1, 1, 1, 1], Buffer.alloc(4))
      history.events.add(key, 'info', 'started', 'Started.')
    }
    history.runs.remove('a')
    expect(rows()).toEqual([1, 1, 1, 1, 1])
    history.studies.remove('study')
    expect(rows()).toEqual([0, 0, 0, 0, 0])
    history.close()

    function rows(): unknown[] {
      const db = new Sqlite(file, { readonly: true })
      const counts = ['runs', 'epochs', 'steps', 'filters', 'events'].map((table) =>
        db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
      )
      db.close()
      return counts
    }
  })

  it('are listed and counted without reading their epochs', () => {
    const history = new History(file)
    history.metrics.addEpoch(addRun(history, 'a'), epochOf(1))
    const db = new Sqlite(file)
    db.exec('DROP TABLE epochs')
    db.close()
    expect(history.runs.list()).toMatchObject([{ id: 'a', epochsDone: 1, testAccuracy: 0.5 }])
    expect(history.runs.ofStudy('study')).toHaveLength(1)
    expect(history.runs.ofStudy('study', 0, 1)).toHaveLength(1)
    expect(history.runs.ofStudy('study', 1, 1)).toHaveLength(0)
    expect(history.studies.allTotals().get('study')).toMatchObject({ total: 1, epochsDone: 1 })
    history.close()
  })
})
