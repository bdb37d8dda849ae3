/**
 * Compares lists of runs of an artificial history with the same lists computed in JavaScript from `runs.list` and
 * `runs.get`.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeHistory } from '../../../bench/history/write'
import { serviceCalls, type ServiceParams } from '../../contract/calls'
import { depthOf } from '../../contract/experiment'
import type { RunSummary } from '../../contract/runs/runs'
import type { RunGroup, RunRow } from '../../contract/runs/rows'
import { History } from '../../history/history'
import { createService, type Service } from '../app/service'

let folder: string
let service: Service
let all: RunSummary[]

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-lists-'))
  const history = new History(path.join(folder, 'history.sqlite'))
  writeHistory(history, { runs: 400, epochs: 12, seed: 3 })
  history.close()
  service = await createService({ dataDir: folder, trainerEntry: '/nowhere', program: 'test' })
  all = await service.call('runs.list', {})
})

afterAll(async () => {
  await service.close()
  rmSync(folder, { recursive: true, force: true })
})

const query = (params: ServiceParams<'runs.query'>) => service.call('runs.query', params)
const ids = (rows: readonly (RunRow | RunGroup)[]): string[] =>
  rows.flatMap((row) => (row.kind === 'run' ? [row.id] : []))
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length

describe('runs.query', () => {
  it('filters as plain JavaScript does', async () => {
    const cases: [string, (run: RunSummary) => boolean][] = [
      ['', () => true],
      ['variant:mcnn-f', (run) => run.variant === 'mcnn-f'],
      [
        'variant:mcnn-f,mcnn-l depth:32',
        (run) => ['mcnn-f', 'mcnn-l'].includes(run.variant) && run.arch === 'resnet-32',
      ],
      ['depth:20..56 -state:done', (run) => depthOf(run.arch) >= 20 && depthOf(run.arch) <= 56 && run.state !== 'done'],
      ['state!=done', (run) => run.state !== 'done'],
      ['acc>0.6', (run) => run.state !== 'diverged' && (run.testAccuracy ?? 0) > 0.6],
      ['-acc>60', (run) => !(run.state !== 'diverged' && (run.testAccuracy ?? 0) > 0.6)],
      ['done<12 loss>=0.5', (run) => run.epochsDone < 12 && run.state !== 'diverged' && (run.trainLoss ?? 0) >= 0.5],
      ['seed:1..2 study:"table i"', (run) => run.seed <= 2 && run.studyName.toLowerCase().includes('table i')],
      ['study="Every layer"', (run) => run.studyName === 'Every layer'],
      ['memory', (run) => (run.reason ?? '').includes('memory')],
      ['created<2026-04', (run) => new Date(run.createdAt) < new Date(2026, 3, 1)],
      ['50%_x', () => false],
    ]
    for (const [text, holds] of cases) {
      const { runs, rows, part } = await query({ query: text, limit: 500 })
      const wanted = all.filter(holds).map((run) => run.id)
      expect([text, runs, rows]).toEqual([text, wanted.length, wanted.length])
      expect([text, ids(part).sort()]).toEqual([text, wanted.sort()])
    }
  })

  it('sorts by several columns, missing values last, in pages without gaps', async () => {
    const sort = [
      { column: 'state', descending: true },
      { column: 'accuracy', descending: true },
    ] as const
    const { part } = await query({ sort: [...sort], limit: 500 })
    const order = ['failed', 'diverged', 'interrupted', 'running', 'paused', 'queued', 'stopped', 'done']
    const rows = part.filter((row) => row.kind === 'run')
    for (const [i, row] of rows.entries()) {
      const before = rows[i - 1]
      if (!before) continue
      expect(order.indexOf(row.state)).toBeLessThanOrEqual(order.indexOf(before.state))
      if (row.state === before.state) expect(row.accuracy ?? -1).toBeLessThanOrEqual(before.accuracy ?? -1)
    }
    const halves = [
      await query({ sort: [...sort], offset: 0, limit: 150 }),
      await query({ sort: [...sort], offset: 150, limit: 500 }),
    ]
    expect(halves.flatMap((half) => ids(half.part))).toEqual(ids(part))
    expect(await service.call('runs.ids', { sort: [...sort] })).toEqual(ids(part))
  })

  it('returns the last, best, lowest and highest values of the epochs', async () => {
    const [some] = (await query({ query: 'state:stopped done>2', limit: 1 })).part
    if (some?.kind !== 'run') throw new Error('no run')
    const { epochs } = await service.call('runs.get', { id: some.id })
    const of = async (statistic: 'last' | 'best' | 'min' | 'max'): Promise<unknown[]> => {
      const [row] = await service.call('runs.rows', { ids: [some.id], statistic })
      return [row?.run.accuracy, row?.run.rowTrainLoss, row?.run.rowTestLoss]
    }
    const of3 = (pick: (values: number[]) => number, loss = pick): number[] => [
      pick(epochs.map((e) => e.testAccuracy)),
      loss(epochs.map((e) => e.trainLoss)),
      loss(epochs.map((e) => e.testLoss)),
    ]
    const max = (values: number[]): number => Math.max(...values)
    const min = (values: number[]): number => Math.min(...values)
    expect(await of('last')).toEqual(of3((values) => values.at(-1) ?? NaN))
    expect(await of('min')).toEqual(of3(min))
    expect(await of('max')).toEqual(of3(max))
    expect(await of('best')).toEqual(of3(max, min))
  })

  it('groups by config: mean, deviation and n of finished runs, one per seed; groups can be expanded', async () => {
    const { part, rows, groups, runs } = await query({ group: 'config', limit: 500 })
    const byConfig = new Map<string, RunSummary[]>()
    for (const run of all) byConfig.set(run.configId, [...(byConfig.get(run.configId) ?? []), run])
    expect([rows, groups, runs]).toEqual([byConfig.size, byConfig.size, all.length])
    for (const group of part) {
      if (group.kind !== 'group') throw new Error('a run among groups')
      const members = byConfig.get(group.configId) ?? []
      // Newest first, so the first run of a seed is its newest.
      const counted = new Map<number, number>()
      for (const run of members)
        if (run.state === 'done' && !counted.has(run.seed)) counted.set(run.seed, run.testAccuracy ?? NaN)
      const values = [...counted.values()]
      expect(group.runs).toBe(members.length)
      expect(group.counts.done).toBe(members.filter((run) => run.state === 'done').length)
      expect(group.accuracy?.n ?? 0).toBe(values.length)
      if (values.length === 0) continue
      expect(group.accuracy?.mean).toBeCloseTo(mean(values), 12)
      const std =
        values.length < 2
          ? null
          : Math.sqrt(values.reduce((sum, x) => sum + (x - mean(values)) ** 2, 0) / (values.length - 1))
      if (std === null) expect(group.accuracy?.std).toBeNull()
      else expect(group.accuracy?.std).toBeCloseTo(std, 12)
    }
    const opened = part
      .flatMap((group) => (group.kind === 'group' && group.runs > 2 ? [group.configId] : []))
      .slice(0, 3)
    const params = { group: 'config' as const, open: opened, sort: [{ column: 'accuracy' as const, descending: true }] }
    const unfolded = await query({ ...params, limit: 500 })
    const members = all.filter((run) => opened.includes(run.configId))
    expect(unfolded.rows).toBe(byConfig.size + members.length)
    expect(ids(unfolded.part).sort()).toEqual(members.map((run) => run.id).sort())
    // Pages of any size give the same list, also if a page begins within a group.
    const pieces: (RunRow | RunGroup)[] = []
    for (let offset = 0; offset < unfolded.rows; offset += 7)
      pieces.push(...(await query({ ...params, offset, limit: 7 })).part)
    expect(pieces).toEqual(unfolded.part)
    const at = unfolded.part.findIndex((row) => row.kind === 'run')
    expect(await service.call('runs.ids', { ...params, offset: at, limit: 2 })).toEqual(
      ids(unfolded.part.slice(at, at + 2)),
    )
    expect((await service.call('runs.ids', params)).sort()).toEqual(all.map((run) => run.id).sort())
  })

  it('rejects a query with the position of the error', async () => {
    await expect(query({ query: 'depth:32 acx>1' })).rejects.toMatchObject({
      code: 'bad-input',
      field: 'query',
      message: expect.stringMatching(/At character 10.*acx/) as string,
    })
  })
})

describe('short lists for the window', () => {
  it('contain the queued runs, the default of the filter banks, and the last environment', async () => {
    const waiting = serviceCalls['runs.unfinished'].result.parse(await service.call('runs.unfinished', {}))
    expect(waiting.map((run) => run.id).sort()).toEqual(
      all
        .filter((run) => run.state === 'queued')
        .map((run) => run.id)
        .sort(),
    )
    expect(waiting.length).toBeGreaterThan(0)

    const started = all
      .filter((run) => run.startedAt !== null)
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0))
    const { run, compared } = serviceCalls['filters.defaultRun'].result.parse(
      await service.call('filters.defaultRun', { id: null }),
    )
    expect(run).toEqual(started.find((one) => one.variant !== 'baseline' && one.state === 'done'))
    const alike = started.filter(
      (one) =>
        one.variant === 'baseline' &&
        one.arch === run?.arch &&
        one.dataset === run.dataset &&
        one.seed === run.seed &&
        one.epochs === run.epochs,
    )
    expect(compared).toEqual(alike.find((one) => one.studyId === run?.studyId) ?? alike[0] ?? null)
    const { found, total } = serviceCalls['filters.runs'].result.parse(
      await service.call('filters.runs', { text: 'R32', limit: 3 }),
    )
    const wanted = started.filter((one) => one.arch === 'resnet-32')
    expect([found, total]).toEqual([wanted.slice(0, 3), wanted.length])

    const last = [...started].sort((a, b) => ((a.startedAt ?? '') < (b.startedAt ?? '') ? 1 : -1))[0]
    expect(await service.call('system.trainedOn', {})).toEqual(
      (await service.call('runs.get', { id: last?.id ?? '' })).environment,
    )
  })
})

describe('changes by people', () => {
  it('store and find tags and notes', async () => {
    const [a, b] = all.map((run) => run.id)
    if (a === undefined || b === undefined) throw new Error('no runs')
    expect(await service.call('runs.tag', { ids: [a, b], add: ['paper', 'to do'] })).toEqual({ changed: 2 })
    expect(await service.call('runs.tag', { ids: [a], add: ['Paper'] })).toEqual({ changed: 0 })
    await service.call('runs.tag', { ids: [b], remove: ['PAPER'] })
    await service.call('runs.note', { id: b, note: 'odd at epoch 3' })
    expect(ids((await query({ query: 'tag:paper' })).part)).toEqual([a])
    expect(ids((await query({ query: 'tag:"to do" -tag:paper' })).part)).toEqual([b])
    expect(ids((await query({ query: 'note:"EPOCH 3"' })).part)).toEqual([b])
    expect((await service.call('runs.filterValues', {})).tags).toEqual(['paper', 'to do'])
    await expect(service.call('runs.tag', { ids: [a], add: ['"'] })).rejects.toMatchObject({ code: 'bad-input' })
  })

  it('keep archived runs in their study, but not in the list', async () => {
    const [id] = ids((await query({ query: 'state:done', limit: 1 })).part)
    if (id === undefined) throw new Error('no run')
    await service.call('runs.archive', { ids: [id], archived: true })
    expect((await query({})).runs).toBe(all.length - 1)
    expect(ids((await query({ query: 'is:archived' })).part)).toEqual([id])
    expect(await service.call('runs.list', {})).toHaveLength(all.length)
    await service.call('runs.archive', { ids: [id], archived: false })
    expect((await query({})).runs).toBe(all.length)
  })

  it('hide runs in the trash until they are restored, and purge them with their files', async () => {
    const run = all.find((one) => one.state === 'done' && one.studyId === 'every-layer')
    const other = all.find((one) => one.state === 'queued')
    if (!run || !other) throw new Error('no runs')
    const before = await service.call('studies.compare', { id: run.studyId })
    await service.call('runs.trash', { ids: [run.id, other.id] })
    expect(ids((await query({ query: 'is:trashed', limit: 500 })).part).sort()).toEqual([run.id, other.id].sort())
    expect(await service.call('runs.list', {})).toHaveLength(all.length - 2)
    expect((await service.call('studies.get', { id: run.studyId })).runs.map((one) => one.id)).not.toContain(run.id)
    expect(await service.call('studies.compare', { id: run.studyId })).not.toEqual(before)
    await service.call('runs.restore', { ids: [run.id] })
    expect(await service.call('studies.compare', { id: run.studyId })).toEqual(before)

    // One run more and one fewer leaves all counts unchanged, but not the finding.
    const shown = (await service.call('studies.findings', {})).find((one) => one.seeds[0] > 1)
    const [first, second] = all.filter(
      (one) =>
        one.state === 'done' &&
        one.studyId === shown?.studyId &&
        one.dataset === shown.dataset &&
        one.arch === shown.arch &&
        one.variant === 'baseline',
    )
    if (!first || !second) throw new Error('no baselines')
    const finding = async (): Promise<unknown> =>
      (await service.call('studies.findings', {})).find((one) => one.studyId === first.studyId)
    await service.call('runs.trash', { ids: [first.id] })
    const without = await finding()
    await service.call('runs.trash', { ids: [second.id] })
    await service.call('runs.restore', { ids: [first.id] })
    expect(await finding()).not.toEqual(without)
    await service.call('runs.restore', { ids: [second.id] })

    await expect(service.call('runs.purge', { ids: [run.id] })).rejects.toMatchObject({ code: 'conflict' })
    const weights = path.join(folder, 'runs', other.id)
    mkdirSync(weights)
    writeFileSync(path.join(weights, 'weights.safetensors'), 'x')
    expect(await service.call('runs.purge', { ids: null })).toEqual({ changed: 1 })
    expect(existsSync(weights)).toBe(false)
    await expect(service.call('runs.get', { id: other.id })).rejects.toMatchObject({ code: 'not-found' })
    expect((await query({ query: 'is:trashed' })).runs).toBe(0)
  })

  it('returns curves of all epochs, thinned to the requested points', async () => {
    const run = all.find((one) => one.state === 'done')
    if (!run) throw new Error('no run')
    const { epochs } = await service.call('runs.get', { id: run.id })
    const [whole] = await service.call('runs.curves', { ids: [run.id] })
    expect(whole).toEqual({
      runId: run.id,
      epoch: epochs.map((e) => e.epoch),
      testAccuracy: epochs.map((e) => e.testAccuracy),
      trainLoss: epochs.map((e) => e.trainLoss),
      testLoss: epochs.map((e) => e.testLoss),
    })
    const [thin] = await service.call('runs.curves', { ids: [run.id], points: 4 })
    expect(thin?.epoch).toEqual([1, 5, 8, 12])
  })
})
