/**
 * Imports of a large study: other calls run in between, and if its program is killed, it is either complete or absent.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quickStart, type ExperimentConfig, type StudyPlan } from '../../contract/experiment'
import { History } from '../../history/history'
import { convolutions, modelSummary, network } from '../../nn/architecture'
import { random } from '../../nn/random'
import { epochsOf } from '../../../bench/history/curves'
import { createService, type Service } from '../app/service'

const entry = path.resolve('out/main/trainer.js')
const archivesEntry = path.resolve('out/main/archives.js')
const scratch = mkdtempSync(path.join(tmpdir(), 'mcnn-pieces-'))
const from = path.join(scratch, 'from')
const archive = path.join(scratch, 'large.tar.gz')
const runs = 30
const epochs = 200
const stepsAnEpoch = 20

const open = (dataDir: string): Promise<Service> =>
  createService({ dataDir, trainerEntry: entry, archivesEntry, program: '1.2.3' })

/** 30 finished runs of 200 epochs, with 4000 sampled steps and 2000 sets of filters each. */
function writeStudy(history: History): void {
  const training = { ...quickStart.training, epochs, milestones: [100] }
  const plan: StudyPlan = {
    ...quickStart,
    name: 'Large',
    variants: ['baseline'],
    seeds: Array.from({ length: runs }, (_, i) => i + 1),
    training,
  }
  history.studies.insert({ id: 'large', name: plan.name, createdAt: '2026-05-01T12:00:00.000Z', plan })
  const environment = history.environments.put({
    program: '1',
    git: null,
    node: 'v24',
    tensorflow: '2.21.0',
    tfjs: '4',
    device: 'cpu',
    cpu: 'x',
    cores: 2,
    threads: { intraOp: 2, interOp: 2 },
    memoryBytes: 1e9,
    platform: 'linux x64',
    gpuMath: null,
  })
  const counts = modelSummary('resnet-8', 'baseline', 10)
  const layers = convolutions(network('resnet-8', 'baseline', 10))
  const rng = random(1, 'history', 0, 0)
  for (let i = 0; i < runs; i++) {
    const config: ExperimentConfig = { arch: 'resnet-8', variant: 'baseline', seed: i + 1, ...training }
    const id = `large-r8-baseline-s${i + 1}-0000`
    history.transaction(() => {
      history.runs.insert(
        {
          id,
          studyId: 'large',
          configId: history.configs.put(config),
          arch: 'resnet-8',
          variant: 'baseline',
          dataset: 'synthetic',
          seed: i + 1,
          epochs,
          trainExamples: 2000,
          testExamples: 500,
          trainableParameters: counts.trainableParameters,
          trainableFilters: counts.trainableFilters,
          createdAt: '2026-05-01T12:00:00.000Z',
        },
        { pid: 0, start: '' },
      )
      const key = history.runs.get(id)?.key ?? 0
      history.runs.begin(id, '2026-05-01T12:00:01.000Z')
      history.runs.started(key, {
        environmentHash: environment,
        datasetFingerprint: 'e'.repeat(64),
        trainExamples: 2000,
        testExamples: 500,
        startupSeconds: 3,
      })
      history.metrics.addEpochs(key, epochsOf(config, { state: 'done', epochsDone: epochs }, i))
      history.metrics.addSteps(
        key,
        Array.from({ length: epochs * stepsAnEpoch }, (_, s) => ({
          step: s + 1,
          epoch: 1 + Math.floor(s / stepsAnEpoch),
          loss: rng.uniform(),
          learningRate: 0.1,
          stepMs: 10 + rng.uniform(),
        })),
      )
      for (let epoch = 1; epoch <= epochs; epoch++) {
        history.filters.addFigures(key, {
          epoch,
          layers: layers.map(({ name }) => ({
            layer: name,
            figures: { covered: rng.uniform(), overlap: 0.2, cosine: 0.3, effectiveRank: 2, filters: 16 },
          })),
        })
        for (const layer of layers) {
          // Filters of every layer at times, for volume; those of the first layer always.
          if (layer.name !== 'stem' && epoch % 20 !== 0) continue
          const shape = [...layer.kernel, layer.in, layer.baseFilters] as [number, number, number, number]
          history.filters.add(
            key,
            epoch,
            layer.name,
            shape,
            Buffer.from(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.uniform()).buffer),
          )
        }
      }
      history.runs.end(key, 'done', null, null, '2026-05-01T13:00:00.000Z')
      history.events.add(key, 'info', 'done', 'The run is done.', '2026-05-01T13:00:00.000Z')
    })
  }
}

/** Counts rows by table, of one study or of all. */
function rows(dataDir: string): Record<string, number> {
  const db = new Sqlite(path.join(dataDir, 'history.sqlite'), { readonly: true })
  try {
    return Object.fromEntries(
      ['studies', 'runs', 'configs', 'environments', 'epochs', 'steps', 'events', 'filters', 'layer_figures'].map(
        (table) => [table, Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())],
      ),
    )
  } finally {
    db.close()
  }
}

/** Counts how often this process could run other work. @returns a function that stops counting and returns the count */
function watched(): () => number {
  let turns = 0
  let going = true
  const turn = (): void => {
    if (!going) return
    turns++
    setImmediate(turn)
  }
  setImmediate(turn)
  return () => {
    going = false
    return turns
  }
}

let turnsOfExport = 0

beforeAll(async () => {
  mkdirSync(from)
  const history = new History(path.join(from, 'history.sqlite'))
  writeStudy(history)
  history.close()
  const service = await open(from)
  const turns = watched()
  await service.call('publish.export', { id: 'large', out: archive })
  turnsOfExport = turns()
  await service.close()
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('a large imported study', () => {
  it('lets other calls run between any two of its chunks', async () => {
    const to = path.join(scratch, 'to')
    const there = await open(to)
    let answered = 0
    let going = true
    const asking = (async () => {
      while (going) {
        // None of it is visible before all of it is.
        for (const { total } of await there.call('studies.list', {})) expect(total).toBe(runs)
        answered++
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const result = await there.call('publish.import', { path: archive }).finally(() => (going = false))
    await asking
    expect(result.runs).toHaveLength(runs)
    expect(rows(to)).toEqual(rows(from))
    await there.close()
    // An import is written in chunks, several for each run, and other calls run between two of them. In one piece it
    // would be a handful.
    expect(answered).toBeGreaterThan(2 * runs)
    expect(turnsOfExport).toBeGreaterThan(2 * runs)
  })

  it('is complete or absent, whenever its program is killed', async () => {
    const to = path.join(scratch, 'killed')
    const own = path.join(to, 'history.sqlite')
    mkdirSync(to)
    new History(own).close()
    const empty = rows(to)
    const phases = new Set<string>()
    /**
     * Imports the study in a separate process.
     * @param phase the process is killed right before the nth commit of this phase; 0: when it is reported; null: never
     */
    const take = (phase: string | null, count: number): Promise<number | null> =>
      new Promise((resolve) => {
        const env = { ...process.env, ...(count > 0 && { MCNN_KILL_AT: JSON.stringify({ phase, count }) }) }
        const child = spawn(
          process.execPath,
          [
            '--require',
            path.resolve('src-main/service/fixtures/killAt.cjs'),
            path.resolve('out/main/cli.js'),
            'import',
            archive,
            '--data-dir',
            to,
          ],
          { stdio: ['ignore', 'ignore', 'pipe'], env },
        )
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          for (const one of ['unpacking', 'checking', 'keeping']) if (text.includes(one)) phases.add(one)
          if (phase !== null && count === 0 && text.includes(phase)) child.kill('SIGKILL')
        })
        child.on('close', resolve)
      })
    let hidden = 0
    for (const [phase, count] of [
      ['unpacking', 0],
      ['checking', 0],
      ['keeping', 1],
      ['keeping', 2],
      ['keeping', 10],
      ['keeping', 25],
    ] as const) {
      expect(await take(phase, count), `killed in ${phase}, ${count}`).toBeNull()
      hidden += rows(to)['runs'] ?? 0
      const there = await open(to)
      expect(await there.call('studies.list', {})).toEqual([])
      expect(await there.call('studies.trashed', {})).toEqual([])
      expect(await there.call('runs.list', {})).toEqual([])
      await there.close()
      expect(rows(to)).toEqual(empty)
      expect(readdirSync(path.join(to, 'runs'))).toEqual([])
      expect(existsSync(path.join(to, 'work'))).toBe(false)
    }
    expect([...phases]).toEqual(['unpacking', 'checking', 'keeping'])
    // Each time, some rows were in the file, but hidden.
    expect(hidden).toBeGreaterThan(0)
    expect(await take(null, 0)).toBe(0)
    expect(rows(to)).toEqual(rows(from))
  })

  it('is removed if it is cancelled half way', async () => {
    const to = path.join(scratch, 'cancelled')
    let cancelled: Promise<unknown> = Promise.resolve()
    let once = false
    const there = await createService({
      dataDir: to,
      trainerEntry: entry,
      archivesEntry,
      program: '1.2.3',
      onEvent: (name, payload) => {
        if (
          name === 'task.progress' &&
          (payload as { phase: string }).phase === 'keeping' &&
          (payload as { done: number }).done > 3 &&
          !once
        ) {
          once = true
          cancelled = there.call('publish.cancel', { kind: 'import' })
        }
      },
    })
    const before = rows(to)
    await expect(there.call('publish.import', { path: archive })).rejects.toMatchObject({ code: 'cancelled' })
    await cancelled
    expect(rows(to)).toEqual(before)
    expect(readdirSync(to)).not.toContain('work')
    expect((await there.call('publish.import', { path: archive })).runs).toHaveLength(runs)
    await there.close()
  })

  it('leaves no folder behind if it is killed before its last commit', async () => {
    const to = path.join(scratch, 'placed')
    await (await open(to)).close()
    const history = new History(path.join(to, 'history.sqlite'))
    // The state after such a kill: hidden rows, and the folder under its final name.
    const study = history.imports.begin({ name: 'Half', createdAt: '2026-05-01T12:00:00.000Z', plan: null })
    const config: ExperimentConfig = { arch: 'resnet-8', variant: 'baseline', seed: 1, ...quickStart.training }
    history.imports.insert({
      id: 'half-r8-baseline-s1-0000',
      studyId: study,
      configId: history.configs.put(config),
      arch: 'resnet-8',
      variant: 'baseline',
      dataset: 'synthetic',
      seed: 1,
      epochs: 1,
      trainExamples: 1,
      testExamples: 1,
      trainableParameters: 1,
      trainableFilters: 1,
      state: 'done',
      reason: null,
      environmentHash: null,
      datasetFingerprint: null,
      startupSeconds: null,
      weightsFile: null,
      weightsSha256: null,
      createdAt: '2026-05-01T12:00:00.000Z',
      startedAt: null,
      endedAt: null,
      archivedAt: null,
      checkpointStep: null,
      checkpointEpochs: null,
      checkpointAt: null,
    })
    history.close()
    for (const id of ['half-r8-baseline-s1-0000', 'somebody-elses']) mkdirSync(path.join(to, 'runs', id))
    await (await open(to)).close()
    expect(readdirSync(path.join(to, 'runs'))).toEqual(['somebody-elses'])
    expect(rows(to)).toMatchObject({ studies: 0, runs: 0, configs: 0 })
  })
})
