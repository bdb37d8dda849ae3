/**
 * A study in the trash of an artificial history: invisible, complete when restored, and deleted with its files when
 * purged.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeHistory } from '../../../bench/history/write'
import type { RunSummary } from '../../contract/runs/runs'
import { History } from '../../history/history'
import { createService, type Service } from '../app/service'

let folder: string
let service: Service
let all: RunSummary[]
let reported: string[]

const study = 'every-layer'
const weights = (runId: string): string => path.join(folder, 'runs', runId, 'weights.safetensors')

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-trash-'))
  const history = new History(path.join(folder, 'history.sqlite'))
  writeHistory(history, { runs: 300, epochs: 6, seed: 4 })
  history.close()
  reported = []
  const onEvent = (name: string, payload: unknown): void => {
    if (name === 'run.changed') reported.push((payload as RunSummary).id)
  }
  service = await createService({ dataDir: folder, trainerEntry: '/nowhere', program: 'test', onEvent })
  all = await service.call('runs.list', {})
})

afterEach(async () => {
  await service.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Everything that lists, counts or finds runs, as names that a person reads. */
async function seen(): Promise<unknown> {
  return {
    studies: await service.call('studies.list', {}),
    runs: await service.call('runs.list', {}),
    all: await service.call('runs.query', { limit: 500 }),
    groups: await service.call('runs.query', { group: 'config', limit: 500 }),
    trash: await service.call('runs.query', { query: 'is:trashed', limit: 500 }),
    words: await service.call('runs.filterValues', {}),
    findings: await service.call('studies.findings', {}),
    found: await service.call('search.find', { text: 'every layer', limit: 50 }),
    rows: await service.call('runs.rows', { ids: all.slice(0, 500).map((run) => run.id) }),
  }
}

describe('study in the trash', () => {
  it('is not listed, counted or found, nor are its runs, and can be restored unchanged', async () => {
    const mine = all.filter((run) => run.studyId === study)
    const [single, next] = mine.filter((run) => run.state === 'done')
    if (!single || !next) throw new Error('no runs')
    // One run was already in the trash: it must not be restored with its study.
    await service.call('runs.trash', { ids: [single.id] })
    for (const run of mine.filter((one) => one.state === 'queued')) await service.call('runs.stop', { id: run.id })
    const before = await seen()

    const interrupted = (await service.call('runs.interrupted', {})).interrupted
    await service.call('studies.trash', { id: study })
    const left = all.filter((run) => run.studyId !== study).length
    expect((await service.call('studies.list', {})).map((one) => one.id)).not.toContain(study)
    expect(await service.call('runs.list', {})).toHaveLength(left)
    for (const group of ['none', 'config'] as const)
      expect((await service.call('runs.query', { group, query: 'study:"every layer"' })).runs).toBe(0)
    expect((await service.call('runs.query', {})).runs).toBe(left)
    expect((await service.call('runs.query', { query: 'is:trashed' })).runs).toBe(0)
    expect(await service.call('runs.ids', { query: 'is:trashed' })).toEqual([])
    expect((await service.call('runs.filterValues', {})).studies).not.toContain('Every layer')
    expect(await service.call('runs.rows', { ids: [next.id] })).toEqual([])
    expect((await service.call('studies.findings', {})).map((one) => one.studyId)).not.toContain(study)
    // Its runs are not offered on the page of filter banks.
    expect((await service.call('filters.runs', { text: 'every layer' })).total).toBe(0)
    expect((await service.call('filters.defaultRun', { id: next.id })).run).toBeNull()
    const found = await service.call('search.find', { text: 'every layer', limit: 50 })
    expect(found.filter((one) => (one.kind === 'study' ? one.id === study : one.studyName === 'Every layer'))).toEqual(
      [],
    )
    for (const call of ['studies.get', 'studies.compare', 'studies.resume', 'studies.trash'] as const)
      await expect(service.call(call, { id: study })).rejects.toMatchObject({ code: 'not-found' })
    await expect(
      service.call('studies.curves', { id: study, dataset: next.dataset, arch: next.arch }),
    ).rejects.toMatchObject({ code: 'not-found' })
    expect(await service.call('studies.trashed', {})).toMatchObject([
      { id: study, name: 'Every layer', runs: mine.length - 1 },
    ])
    // Its runs do not train.
    expect((await service.call('runs.interrupted', {})).interrupted).toBe(
      interrupted - mine.filter((run) => run.state === 'interrupted').length,
    )
    const stopped = mine.find((run) => ['stopped', 'interrupted', 'failed'].includes(run.state))
    if (!stopped) throw new Error('no run that could go on')
    await expect(service.call('runs.resume', { ids: [stopped.id] })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('in the trash with its study') as string,
    })
    // Changes of its runs emit no event.
    reported.length = 0
    await service.call('runs.trash', { ids: [next.id] })
    await service.call('runs.tag', { ids: [next.id], add: ['x'] })
    await service.call('runs.tag', { ids: [next.id], remove: ['x'] })
    expect(await service.call('runs.restore', { ids: [next.id] })).toEqual({ changed: 1 })
    expect(reported).toEqual([])

    await service.call('studies.restore', { id: study })
    expect(reported.sort()).toEqual(
      mine
        .filter((run) => run.id !== single.id)
        .map((run) => run.id)
        .sort(),
    )
    expect(await seen()).toEqual(before)
    await expect(service.call('studies.restore', { id: study })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('loses its place in the queue', async () => {
    const queued = all.find((run) => run.state === 'queued')
    if (!queued) throw new Error('nothing is queued')
    await service.call('studies.trash', { id: queued.studyId })
    expect((await service.call('runs.get', { id: queued.id })).run.state).toBe('stopped')
  })

  it('keeps its files when storage is reclaimed, and loses them when it is purged', async () => {
    const mine = all.filter((run) => run.studyId === study)
    const [single, next, other] = [...mine.slice(0, 2), all.find((run) => run.studyId !== study)]
    if (!single || !next || !other) throw new Error('no runs')
    const ended = mine.filter((run) => run.state === 'queued')
    for (const run of ended) await service.call('runs.stop', { id: run.id })
    for (const { id } of [single, next, other]) {
      mkdirSync(path.dirname(weights(id)), { recursive: true })
      writeFileSync(weights(id), Buffer.alloc(3000))
    }
    writeFileSync(path.join(folder, 'logs', `${next.id}.log`), Buffer.alloc(500))
    expect(await service.call('system.storage', {})).toMatchObject({ reclaimable: 0, trash: 0 })
    await service.call('runs.trash', { ids: [single.id] })
    expect(await service.call('system.storage', {})).toMatchObject({ reclaimable: 0, trash: 3000 })
    await service.call('studies.trash', { id: study })
    expect(await service.call('system.storage', {})).toMatchObject({ reclaimable: 0, trash: 6500 })
    expect(await service.call('system.reclaim', {})).toEqual({ bytes: 0 })
    // Emptying the trash of runs does not include runs whose study is in the trash.
    expect(await service.call('runs.purge', { ids: null })).toEqual({ changed: 0 })
    expect(existsSync(weights(single.id))).toBe(true)

    await service.call('studies.purge', { id: study })
    expect([single, next, other].map(({ id }) => existsSync(weights(id)))).toEqual([false, false, true])
    expect(existsSync(path.join(folder, 'logs', `${next.id}.log`))).toBe(false)
    expect(await service.call('system.storage', {})).toMatchObject({ reclaimable: 0, trash: 0 })
    expect(await service.call('studies.trashed', {})).toEqual([])
    for (const { id } of [single, next])
      await expect(service.call('runs.get', { id })).rejects.toMatchObject({ code: 'not-found' })
    await expect(service.call('studies.restore', { id: study })).rejects.toMatchObject({ code: 'not-found' })
  })
})
