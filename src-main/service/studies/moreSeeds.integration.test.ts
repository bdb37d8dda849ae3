/** Seeds that are added to a study in a real history: queued, trained, reported, removed. */
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StudyPlan } from '../../contract/experiment'
import { Bench, planOf } from '../fixtures/bench'
import type { Service } from '../app/service'

let bench: Bench
let service: Service

beforeEach(async () => {
  bench = new Bench()
  service = await bench.open()
})
afterEach(() => bench.end())

/** A study of three finished seeds of two variants. Seeds from 4 on train as given. */
async function finishedStudy(later: Record<number, string> = {}): Promise<string> {
  const scenarios = { 1: 'good', 2: 'good', 3: 'good', ...later }
  const plan: StudyPlan = { ...planOf(scenarios), name: 'More', variants: ['baseline', 'mcnn-f'], seeds: [1, 2, 3] }
  const { id, runIds } = await service.call('studies.create', { plan })
  await Promise.all(runIds.map((runId) => bench.reached(runId, 'done')))
  return id
}

describe('seeds added to a study', () => {
  it('train like the others, update the estimate, and are dated in the comparison', async () => {
    const id = await finishedStudy()
    const width = async (): Promise<number> => {
      const [row] = (await service.call('studies.compare', { id })).rows
      const [low, high] = row?.cells[1]?.accuracyDropInterval ?? [NaN, NaN]
      return (high - low) / 2
    }
    const before = await width()
    const asked = await service.call('studies.moreSeeds', { id, want: { until: before / 1.5 } })
    expect(asked.rows[0]?.comparisons[0]).toMatchObject({
      goal: 'needed',
      finished: [3, 3],
      halfWidth: expect.closeTo(before, 9) as number,
    })
    // 3 s to start and 3 epochs of 2 s, as measured in this history.
    expect(asked).toMatchObject({ finished: 6, basis: 'measured', seconds: asked.runs * 9 })
    const { runIds } = await service.call('studies.extend', { id, cells: asked.cells, halfWidth: before / 1.5 })
    expect(runIds).toHaveLength(asked.runs)
    await Promise.all(runIds.map((runId) => bench.reached(runId, 'done')))
    // The fake trainer's accuracies rise with the seed, so their spread is larger now, and the estimate changes.
    const again = await service.call('studies.moreSeeds', { id, want: { until: before / 1.5 } })
    const each = 3 + asked.runs / 2
    expect(again.rows[0]?.comparisons[0]).toMatchObject({
      goal: 'needed',
      finished: [each, each],
      halfWidth: expect.closeTo(await width(), 9) as number,
    })
    expect(again.cells[0]?.seeds[0]).toBe(each + 1)
    const { study, runs } = await service.call('studies.get', { id })
    expect(study.total).toBe(6 + asked.runs)
    // Seed by seed, as a plan is trained.
    expect(runs.slice(6, 10).map((run) => [run.variant, run.seed])).toEqual([
      ['baseline', 4],
      ['mcnn-f', 4],
      ['baseline', 5],
      ['mcnn-f', 5],
    ])
    // Planned and added seeds are still distinguishable.
    expect(study.plan).toMatchObject({
      seeds: [1, 2, 3],
      added: [{ finished: 6, halfWidth: before / 1.5, cells: asked.cells }],
    })
    expect((await service.call('studies.compare', { id })).rows[0]?.note).toMatch(
      /Seeds 4.* were added after results had been seen to get intervals under ± .* fixed in advance\./,
    )
    expect((await service.call('runs.get', { id: runIds[0] ?? '' })).events.map((event) => event.message)).toContain(
      'Added to the study when 6 of its runs had finished.',
    )
    // Again: the plan has more runs than the original one.
    expect((await service.call('studies.moreSeeds', { id, want: { seeds: 1 } })).cells[0]?.seeds).toEqual([
      4 + asked.runs / 2,
    ])
  })

  it('keep the warm-up of the runs that they join, whatever the default is now', async () => {
    const {
      id,
      runIds: [first = ''],
    } = await service.call('studies.create', {
      plan: { ...planOf({ 1: 'good' }), name: 'Older', archs: ['resnet-110'], variants: ['baseline'] },
    })
    await bench.reached(first, 'done')
    const warmupOf = async (runId: string): Promise<unknown> =>
      (await service.call('runs.get', { id: runId })).config.warmup
    expect(await warmupOf(first)).toEqual({ learningRate: 0.01, untilError: 0.8 })
    const db = new Sqlite(path.join(bench.dataDir, 'history.sqlite'))
    db.prepare("UPDATE configs SET json = json_set(json, '$.warmup.untilError', 0.6)").run()
    db.close()
    const {
      runIds: [added = ''],
    } = await service.call('studies.extend', { id, cells: [{ arch: 'resnet-110', variant: 'baseline', seeds: [2] }] })
    expect(await warmupOf(added)).toEqual({ learningRate: 0.01, untilError: 0.6 })
  })

  it('are removed from queue and plan on undo, except those that have started', async () => {
    const id = await finishedStudy({ 4: 'waits' })
    const { cells } = await service.call('studies.moreSeeds', { id, want: { seeds: 2 } })
    const { runIds } = await service.call('studies.extend', { id, cells })
    await bench.reached(runIds[0] ?? '', 'running')
    const first = (await service.call('runs.list', {})).at(-1)?.id ?? ''
    expect(await service.call('studies.withdraw', { id, runIds: [...runIds, first] })).toEqual({ removed: 3 })
    const { study, runs } = await service.call('studies.get', { id })
    expect(runs.map((run) => run.id)).toContain(runIds[0])
    expect(study.total).toBe(7)
    expect(study.plan?.added).toMatchObject([{ cells: [{ arch: 'resnet-8', variant: 'baseline', seeds: [4] }] }])
    expect(bench.events.filter((event) => event.name === 'run.deleted').map((event) => event.payload)).toHaveLength(3)
    await service.call('runs.stop', { id: runIds[0] ?? '' })
    await bench.reached(runIds[0] ?? '', 'stopped')
    // A stopped run is no longer in the queue: undo leaves it alone.
    expect(await service.call('studies.withdraw', { id, runIds })).toEqual({ removed: 0 })
  })

  it('leave no trace in the plan after a complete undo', async () => {
    const id = await finishedStudy({ 4: 'waits', 5: 'waits' })
    const before = (await service.call('studies.get', { id })).study.plan
    const waiting = await service.call('studies.create', { plan: planOf({ 1: 'waits' }, { name: 'In front' }) })
    await bench.reached(waiting.runIds[0] ?? '', 'running')
    const { cells } = await service.call('studies.moreSeeds', { id, want: { seeds: 1 }, variants: ['mcnn-f'] })
    const { runIds } = await service.call('studies.extend', { id, cells })
    expect((await service.call('studies.get', { id })).study.plan?.added).toHaveLength(1)
    expect(await service.call('studies.withdraw', { id, runIds })).toEqual({ removed: 1 })
    expect((await service.call('studies.get', { id })).study.plan).toEqual(before)
  })

  it('are rejected twice, outside of the plan, in the trash, and without a plan', async () => {
    const id = await finishedStudy({ 4: 'waits' })
    const { cells } = await service.call('studies.moreSeeds', { id, want: { seeds: 1 } })
    await service.call('studies.extend', { id, cells })
    await expect(service.call('studies.extend', { id, cells })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Seed 4 of ResNet-8, Baseline is already in the study') as string,
    })
    await expect(
      service.call('studies.extend', { id, cells: [{ arch: 'resnet-20', variant: 'baseline', seeds: [9] }] }),
    ).rejects.toMatchObject({ code: 'bad-input', field: 'cells' })
    await expect(
      service.call('studies.extend', { id, cells: [{ arch: 'resnet-8', variant: 'baseline', seeds: [9, 9] }] }),
    ).rejects.toMatchObject({ code: 'conflict' })
    const many = Array.from({ length: 1000 }, (_, i) => 100 + i)
    await expect(
      service.call('studies.extend', { id, cells: cells.map((cell) => ({ ...cell, seeds: many })) }),
    ).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining('at most 2000') as string })
    // None of them changed anything.
    expect((await service.call('studies.get', { id })).study).toMatchObject({ total: 8, plan: { added: [{ cells }] } })
    const running = (await service.call('runs.list', {})).find((run) => run.state === 'running')
    if (running) {
      await service.call('runs.stop', { id: running.id })
      await bench.reached(running.id, 'stopped')
    }
    await service.call('studies.stop', { id }).catch(() => undefined)
    await expect.poll(async () => (await service.call('studies.get', { id })).study.counts.running).toBe(0)
    await service.call('studies.trash', { id })
    for (const call of [
      service.call('studies.moreSeeds', { id, want: { seeds: 1 } }),
      service.call('studies.extend', { id, cells }),
      service.call('studies.withdraw', { id, runIds: ['a'] }),
    ])
      await expect(call).rejects.toMatchObject({ code: 'not-found', message: `The study ${id} is in the trash.` })
  })

  it('are still known after a restart', async () => {
    const id = await finishedStudy({ 4: 'good' })
    const { cells } = await service.call('studies.moreSeeds', { id, want: { seeds: 1 } })
    const { runIds } = await service.call('studies.extend', { id, cells })
    await Promise.all(runIds.map((runId) => bench.reached(runId, 'done')))
    await service.close()
    service = await bench.open()
    expect((await service.call('studies.get', { id })).study.plan?.added).toMatchObject([
      { finished: 6, halfWidth: null, cells },
    ])
    expect((await service.call('studies.compare', { id })).rows[0]?.note).toContain(
      'Seed 4 was added after results had been seen:',
    )
  })
})
