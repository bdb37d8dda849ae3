/** Real studies from one data directory to another, and changed archives. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { xzOf, zipOf } from '../../archives/testSupport'
import type { ServiceResult } from '../../contract/calls'
import { quickStart } from '../../contract/experiment'
import type { Imported } from '../../contract/publish/publish'
import { archiveManifest, type ArchivedRun, type ArchiveManifest } from '../../contract/publish/studyArchive'
import { tarOf, type TarEntry } from '../../datasets/testSupport'
import { createService, type Service } from '../app/service'

const entry = path.resolve('out/main/trainer.js')
const archivesEntry = path.resolve('out/main/archives.js')
const scratch = mkdtempSync(path.join(tmpdir(), 'mcnn-transfer-'))
const from = path.join(scratch, 'from')
const archive = path.join(scratch, 'study.tar.gz')
let studyId = ''
let runIds: string[] = []
let to = ''
let there: Service

const open = (dataDir: string): Promise<Service> =>
  createService({ dataDir, trainerEntry: entry, archivesEntry, program: '1.2.3' })

/**
 * Every row of every table as a reader sees it, without keys, owners, positions in a queue, and contents of journals.
 */
function rowsOf(dataDir: string): Record<string, unknown[]> {
  const db = new Sqlite(path.join(dataDir, 'history.sqlite'), { readonly: true })
  try {
    const all = (sql: string): unknown[] => db.prepare(sql).all()
    const columns = db
      .prepare<[], string>(
        `SELECT name FROM pragma_table_info('runs') WHERE name NOT IN ('key', 'study', 'position', 'owner_pid', 'owner_start')`,
      )
      .pluck()
      .all()
    const ofRuns = Object.fromEntries(
      ['epochs', 'steps', 'events', 'filters', 'evaluations', 'tags'].map((table) => {
        const names = db
          .prepare<[string], string>(
            `SELECT name FROM pragma_table_info(?) WHERE name NOT IN ('key', 'run', 'journaled')`,
          )
          .pluck()
          .all(table)
        return [
          table,
          all(
            `SELECT runs.id AS runId, ${names.map((name) => `t.${name}`).join(', ')} FROM ${table} AS t JOIN runs ON runs.key = t.run ORDER BY ${table === 'events' ? 'runs.id, t.key' : table === 'filters' ? '1, 2, 3' : '1, 2'}`,
          ),
        ]
      }),
    )
    return {
      studies: all('SELECT id, name, created_at, plan, trashed_at FROM studies ORDER BY id'),
      runs: all(
        `SELECT (SELECT id FROM studies WHERE key = runs.study) AS studyId, ${columns.join(', ')} FROM runs ORDER BY id`,
      ),
      configs: all('SELECT * FROM configs ORDER BY id'),
      environments: all('SELECT * FROM environments ORDER BY hash'),
      ...ofRuns,
    }
  } finally {
    db.close()
  }
}

/** Files of runs with their hashes. Journals are written again from the rows. */
const filesOf = (dataDir: string): [string, string][] =>
  readdirSync(path.join(dataDir, 'runs'), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && path.basename(file.parentPath) !== 'journal')
    .map((file): [string, string] => {
      const whole = path.join(file.parentPath, file.name)
      return [path.relative(dataDir, whole), createHash('sha256').update(readFileSync(whole)).digest('hex')]
    })
    .sort()

/** Returns the study when none of its runs is queued or trains. */
async function ended(service: Service, id: string): Promise<ServiceResult<'studies.get'>> {
  const study = (): Promise<ServiceResult<'studies.get'>> => service.call('studies.get', { id })
  // `expect.poll` needs a test.
  await vi.waitUntil(async () => !(await study()).runs.some(({ state }) => state === 'queued' || state === 'running'), {
    timeout: 300_000,
    interval: 50,
  })
  return study()
}

/** Changes a history as another program. */
function tamper(dataDir: string, ...statements: string[]): void {
  const db = new Sqlite(path.join(dataDir, 'history.sqlite'))
  for (const sql of statements) db.prepare(sql).run()
  db.close()
}

beforeAll(async () => {
  const service = await open(from)
  const training = {
    ...quickStart.training,
    trainExamples: 200,
    testExamples: 50,
    epochs: 2,
    batchSize: 20,
    milestones: [1],
  }
  const made = await service.call('studies.create', {
    plan: { ...quickStart, name: 'Wandering', variants: ['baseline', 'mcnn-f'], seeds: [5], training },
  })
  studyId = made.id
  runIds = made.runIds
  const { runs } = await ended(service, studyId)
  expect(runs.map(({ state, reason }) => [state, reason])).toEqual(runs.map(() => ['done', null]))
  await service.call('runs.tag', { ids: [runIds[0] ?? ''], add: ['paper', 'good one'] })
  await service.call('runs.note', { id: runIds[1] ?? '', note: 'Zwei “Zeilen”\nund mehr' })
  await service.call('runs.archive', { ids: [runIds[1] ?? ''], archived: true })
  await service.call('publish.export', { id: studyId, out: archive, checkpoints: true })
  await service.close()
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

beforeEach(async () => {
  to = mkdtempSync(path.join(scratch, 'to-'))
  there = await open(to)
})
afterEach(() => there.close())

const take = (file = archive): Promise<Imported> => there.call('publish.import', { path: file })

describe('a study whose archive was unpacked and packed again', () => {
  let folder: string
  /** In the order of `tar`, which differs from ours. */
  const names = (): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => path.relative(folder, path.join(one.parentPath, one.name)))
  const packed = (name: string, ...args: string[]): string => {
    const file = path.join(scratch, name)
    execFileSync('tar', ['-cf', file, ...args])
    return file
  }
  const written = (name: string, bytes: Buffer): string => {
    const file = path.join(scratch, name)
    writeFileSync(file, bytes)
    return file
  }

  beforeAll(() => {
    folder = path.join(scratch, 'unpacked/wandering')
    mkdirSync(folder, { recursive: true })
    execFileSync('tar', ['-xzf', archive, '-C', folder])
    // Files that people and their programs add.
    for (const name of ['LICENSE', '.DS_Store', '._manifest.json', 'runs/notes.txt', 'runs/README'])
      writeFileSync(path.join(folder, name), 'x')
  })

  it.each([
    ['tar of the folder, GNU', () => packed('gnu.tar', '--format=gnu', '-C', path.dirname(folder), 'wandering')],
    ['tar of what is in it, pax', () => packed('pax.tar', '--format=pax', '-C', folder, '.')],
    [
      'tar.gz, the manifest last',
      () =>
        packed(
          'last.tar.gz',
          '-z',
          '-C',
          folder,
          ...names()
            .filter((name) => name !== 'manifest.json')
            .reverse(),
          'manifest.json',
        ),
    ],
    ['tar that is still called tar.gz', () => written('browser.tar.gz', gunzipSync(readFileSync(archive)))],
    ['gzip in gzip', () => written('twice.tar.gz', gzipSync(readFileSync(archive)))],
    ['tar.xz', () => written('study.tar.xz', xzOf(gunzipSync(readFileSync(archive))))],
    [
      'zip',
      () =>
        written(
          'study.zip',
          zipOf(names().map((name) => ({ path: `wandering/${name}`, content: readFileSync(path.join(folder, name)) }))),
        ),
    ],
    ['folder', () => folder],
    ['folder in a folder', () => path.dirname(folder)],
    ['linked folder', () => (symlinkSync(folder, path.join(scratch, 'linked')), path.join(scratch, 'linked'))],
  ])('is there as it was: %s', async (_, make) => {
    expect(await take(make())).toMatchObject({ studyId, runs: runIds.map((id) => ({ id, as: id })), skipped: [] })
    expect(rowsOf(to)).toEqual(rowsOf(from))
    expect(filesOf(to)).toEqual(filesOf(from))
  })

  it.each([
    ['lost a file', (name: string) => rmSync(name), /is incomplete: runs\/.*weights\.safetensors is missing/],
    [
      'has another byte',
      (name: string) => writeFileSync(name, readFileSync(name).fill(7, 500, 501)),
      /weights\.safetensors does not have the checksum in its manifest/,
    ],
    [
      'lost its end',
      (name: string) => writeFileSync(name, readFileSync(name).subarray(1)),
      /weights\.safetensors with \d+ bytes instead of the \d+ in its manifest/,
    ],
  ])('is refused if it %s, and nothing has changed', async (_, change, words) => {
    const hurt = path.join(scratch, 'broken')
    rmSync(hurt, { recursive: true, force: true })
    cpSync(folder, hurt, { recursive: true })
    change(path.join(hurt, `runs/${runIds[1]}/weights.safetensors`))
    const before = [rowsOf(to), filesOf(to)]
    for (const source of [hurt, packed('broken.tar', '-C', scratch, 'broken')]) {
      await expect(take(source)).rejects.toMatchObject({ code: 'bad-data', message: expect.stringMatching(words) })
      expect([rowsOf(to), filesOf(to)]).toEqual(before)
    }
  })
})

describe('a study that is exported and imported', () => {
  it('is identical: every row, every weight, every checkpoint', async () => {
    const result = await take()
    expect(result).toEqual({
      studyId,
      studyName: 'Wandering',
      completed: false,
      runs: runIds.map((id) => ({ id, as: id })),
      skipped: [],
    })
    const rows = rowsOf(to)
    expect(rows).toEqual(rowsOf(from))
    expect(Object.entries(rows).map(([table, all]) => [table, all.length > 0])).toEqual(
      Object.keys(rows).map((table) => [table, true]),
    )
    expect(filesOf(to)).toEqual(filesOf(from))
    expect(filesOf(to).length).toBe(4)
    // It is usable: it can be compared, and extended from its checkpoint.
    expect(
      (await there.call('studies.compare', { id: studyId })).rows[0]?.cells.map((cell) => cell.accuracy?.n),
    ).toEqual([1, 1])
  })

  it('has no checkpoints unless they are requested', async () => {
    const service = await open(from)
    const slim = path.join(scratch, 'slim.tar.gz')
    await service.call('publish.export', { id: studyId, out: slim })
    await service.close()
    await take(slim)
    expect(filesOf(to)).toEqual(filesOf(from).filter(([name]) => name.endsWith('weights.safetensors')))
    expect((await there.call('runs.get', { id: runIds[0] ?? '' })).checkpoint).toBeNull()
  })

  it('may have depthwise layers, whose filters have one input each', async () => {
    const dir = path.join(scratch, 'depthwise')
    const file = path.join(scratch, 'depthwise.tar.gz')
    const service = await open(dir)
    const training = {
      ...quickStart.training,
      trainExamples: 20,
      testExamples: 10,
      epochs: 1,
      batchSize: 10,
      milestones: [],
    }
    const {
      id,
      runIds: [run = ''],
    } = await service.call('studies.create', {
      plan: {
        ...quickStart,
        name: 'Depthwise',
        archs: ['mobilenet-v2'],
        variants: ['mcnn(stage1.block1.depthwise)'],
        seeds: [1],
        training,
      },
    })
    await expect.poll(async () => (await service.call('runs.get', { id: run })).run.state).toBe('done')
    await service.call('publish.export', { id, out: file, checkpoints: true })
    await service.close()
    expect((await take(file)).runs).toHaveLength(1)
    expect(
      (await there.call('filters.layer', { id: run, layer: 'stage1.block1.depthwise', epoch: null })).shape,
    ).toEqual([3, 3, 1, 8])
    expect(rowsOf(to)).toEqual(rowsOf(dir))
  })

  it('does not replace a file unless requested', async () => {
    const service = await open(from)
    await expect(service.call('publish.export', { id: studyId, out: archive })).rejects.toMatchObject({
      code: 'exists',
    })
    const other = path.join(scratch, 'other.tar.gz')
    writeFileSync(other, 'x')
    expect(await service.call('publish.export', { id: studyId, out: other, replace: true })).toMatchObject({ runs: 2 })
    await service.close()
    expect(readdirSync(scratch).filter((name) => name.includes('.part'))).toEqual([])
  })

  it('is imported only once, even if the user changed tags or notes meanwhile', async () => {
    await take()
    await there.call('runs.tag', { ids: runIds, add: ['seen'] })
    const before = rowsOf(to)
    expect(await take()).toEqual({ studyId, studyName: 'Wandering', completed: true, runs: [], skipped: runIds })
    expect(rowsOf(to)).toEqual(before)
  })

  it('is completed if some of its runs exist', async () => {
    await take()
    await there.call('runs.delete', { id: runIds[1] ?? '' })
    expect(await take()).toMatchObject({
      completed: true,
      runs: [{ id: runIds[1], as: runIds[1] }],
      skipped: [runIds[0]],
    })
    expect(rowsOf(to)).toEqual(rowsOf(from))
    expect(filesOf(to)).toEqual(filesOf(from))
  })

  it('gets other ids if its own are taken, and only once', async () => {
    await take()
    tamper(
      to,
      'UPDATE epochs SET train_loss = train_loss + 1 WHERE epoch = 1 AND run = 1',
      `UPDATE studies SET name = 'Another'`,
    )
    const first = await take()
    expect(first).toMatchObject({ studyId: 'wandering-2', completed: false, skipped: [runIds[1]] })
    expect(first.runs).toEqual([{ id: runIds[0], as: expect.not.stringMatching(`^${runIds[0]}$`) }])
    const renamed = first.runs[0]?.as ?? ''
    expect((await there.call('runs.get', { id: renamed })).events.at(-1)).toMatchObject({
      kind: 'imported',
      message: expect.stringContaining(runIds[0] ?? ''),
    })
    expect(existsSync(path.join(to, 'runs', renamed, 'weights.safetensors'))).toBe(true)
    expect(await take()).toMatchObject({ studyId: 'wandering-2', completed: true, runs: [], skipped: runIds })
  })

  it('is rejected while it is in the trash', async () => {
    await take()
    await there.call('studies.trash', { id: studyId })
    await expect(take()).rejects.toMatchObject({ code: 'conflict' })
  })

  it('imports unfinished runs as interrupted', async () => {
    const going = path.join(scratch, 'going')
    cpSync(from, going, { recursive: true })
    tamper(
      going,
      `UPDATE runs SET state = 'paused', weights_file = NULL, weights_sha256 = NULL, ended_at = NULL, owner_pid = ${process.pid}, owner_start = 'x' WHERE key = 1`,
      'DELETE FROM epochs WHERE run = 1 AND epoch = 2',
    )
    tamper(
      going,
      `UPDATE runs SET state = 'queued', weights_file = NULL, weights_sha256 = NULL, ended_at = NULL WHERE key = 2`,
    )
    const out = path.join(scratch, 'going.tar.gz')
    const reader = await createService({
      dataDir: going,
      trainerEntry: entry,
      archivesEntry,
      program: '1',
      access: 'read',
    })
    tamper(going, `UPDATE runs SET state = 'paused', ended_at = NULL WHERE key = 1`)
    await reader.call('publish.export', { id: studyId, out })
    await reader.close()
    await take(out)
    const { run } = await there.call('runs.get', { id: runIds[0] ?? '' })
    expect(run).toMatchObject({
      state: 'interrupted',
      reason: 'It was paused when it was exported.',
      epochsDone: 1,
      weightsSha256: null,
    })
    expect(run.endedAt).not.toBeNull()
    expect((await there.call('studies.get', { id: studyId })).study.counts).toMatchObject({
      interrupted: 2,
      queued: 0,
      running: 0,
      paused: 0,
    })
    expect(await take(out)).toMatchObject({ runs: [], skipped: runIds })
  })

  it('is not exported with corrupt weights', async () => {
    const hurt = path.join(scratch, 'broken')
    cpSync(from, hurt, { recursive: true })
    writeFileSync(path.join(hurt, 'runs', runIds[0] ?? '', 'weights.safetensors'), 'x')
    const service = await open(hurt)
    await expect(
      service.call('publish.export', { id: studyId, out: path.join(scratch, 'hurt.tar.gz') }),
    ).rejects.toMatchObject({ code: 'bad-data', message: expect.stringContaining('corrupt') })
    await service.close()
    expect(readdirSync(scratch).filter((name) => name.startsWith('hurt.'))).toEqual([])
  })
})

/** Expects that a file is rejected and nothing has changed. */
async function refused(bytes: Buffer): Promise<{ code: string; message: string }> {
  const before = [rowsOf(to), filesOf(to), readdirSync(path.join(to, 'runs'))]
  const file = path.join(scratch, 'given.tar.gz')
  writeFileSync(file, bytes)
  try {
    await take(file)
  } catch (thrown) {
    expect([rowsOf(to), filesOf(to), readdirSync(path.join(to, 'runs'))]).toEqual(before)
    return thrown as { code: string; message: string }
  }
  throw new Error('it was taken in')
}

describe('a corrupt archive', () => {
  it('is rejected wherever it is truncated', async () => {
    const whole = readFileSync(archive)
    for (const share of [0, 0.001, 0.1, 0.5, 0.9, 0.999])
      expect(await refused(whole.subarray(0, Math.floor(whole.length * share))), String(share)).toMatchObject({
        code: 'bad-data',
      })
  })

  it('is rejected for any flipped bit', async () => {
    const whole = readFileSync(archive)
    for (let i = 1; i < 20; i++) {
      const bytes = Buffer.from(whole)
      const at = Math.floor((whole.length * i) / 20)
      bytes.writeUInt8((bytes[at] ?? 0) ^ 16, at)
      expect(await refused(bytes), `byte ${at}`).toMatchObject({ code: 'bad-data' })
    }
  })

  it('is rejected for any flipped bit in its contents', async () => {
    const tar = gunzipSync(readFileSync(archive))
    // Headers contain bits without meaning (an owner's name); in contents every bit counts.
    for (let i = 0; i < 12; i++) {
      const bytes = Buffer.from(tar)
      const at = Math.floor((tar.length * (i + 0.5)) / 13)
      bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at)
      expect(await refused(gzipSync(bytes, { level: 1 })), `byte ${at}`).toMatchObject({ code: 'bad-data' })
    }
  })
})

interface Parts {
  manifest: ArchiveManifest
  files: Map<string, Buffer>
}

/** Returns the archive's members, to be assembled differently. */
function partsOf(): Parts {
  const tar = gunzipSync(readFileSync(archive))
  const files = new Map<string, Buffer>()
  let long = ''
  for (let at = 0; tar[at];) {
    const size = parseInt(tar.toString('latin1', at + 124, at + 135), 8)
    const prefix = tar.toString('utf8', at + 345, at + 500).replace(/\0.*/s, '')
    const name =
      long || `${prefix === '' ? '' : `${prefix}/`}${tar.toString('utf8', at, at + 100).replace(/\0.*/s, '')}`
    const content = tar.subarray(at + 512, at + 512 + size)
    const type = String.fromCharCode(tar[at + 156] ?? 0)
    if (type === 'x') long = /path=(.*)\n/.exec(content.toString('utf8'))?.[1] ?? ''
    else {
      files.set(name, content)
      long = ''
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
  return {
    manifest: archiveManifest.parse(JSON.parse((files.get('manifest.json') ?? Buffer.alloc(0)).toString())),
    files,
  }
}

/** Short names need only the usual header. */
function without(parts: Parts, ...endings: string[]): Parts {
  const files = new Map([...parts.files].filter(([name]) => !endings.some((ending) => name.includes(ending))))
  return { ...parts, files }
}

/** An archive whose manifest describes its contents correctly. */
function sealed(
  { manifest, files }: Parts,
  change: { manifest?: object; more?: TarEntry[]; members?: ArchiveManifest['members'] } = {},
): Buffer {
  const members = [...files]
    .filter(([name]) => name !== 'manifest.json')
    .map(([name, content]) => ({
      path: name,
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    }))
  const head = Buffer.from(
    JSON.stringify({ ...manifest, members: [...members, ...(change.members ?? [])], ...change.manifest }),
  )
  return gzipSync(
    tarOf([
      { path: 'manifest.json', content: head },
      ...members.map(({ path: name }) => ({ path: name, content: files.get(name) ?? Buffer.alloc(0) })),
      ...(change.more ?? []),
    ]),
    { level: 1 },
  )
}

function withRun(parts: Parts, change: (run: ArchivedRun) => object): Parts {
  const name = `runs/${runIds[1]}/run.json`
  const run = JSON.parse((parts.files.get(name) ?? Buffer.alloc(0)).toString()) as ArchivedRun
  return { ...parts, files: new Map(parts.files).set(name, Buffer.from(JSON.stringify({ ...run, ...change(run) }))) }
}

describe('a hostile archive', () => {
  let parts: Parts
  const weights = (): string => `runs/${runIds[1]}/weights.safetensors`
  beforeEach(() => {
    const all = without(partsOf(), '/checkpoint-')
    const noCheckpoint = (id: string): void => {
      const name = `runs/${id}/run.json`
      all.files.set(
        name,
        Buffer.from(
          JSON.stringify({
            ...(JSON.parse((all.files.get(name) ?? Buffer.alloc(0)).toString()) as ArchivedRun),
            checkpoint: null,
          }),
        ),
      )
    }
    for (const id of runIds) noCheckpoint(id)
    parts = all
  })

  it('is accepted when it is reassembled without changes', async () => {
    writeFileSync(path.join(scratch, 'anew.tar.gz'), sealed(parts))
    expect(await take(path.join(scratch, 'anew.tar.gz'))).toMatchObject({ skipped: [], runs: [{}, {}] })
  })

  it.each([
    [
      'a wrong checksum',
      () =>
        sealed(
          { ...parts, files: new Map(parts.files).set(weights(), Buffer.from('x')) },
          { manifest: { members: parts.manifest.members.filter(({ path: name }) => !name.includes('/checkpoint-')) } },
        ),
      /in its manifest|checksum/,
    ],
    [
      'a member that is missing',
      () =>
        sealed(parts, {
          members: [
            {
              path: `runs/${runIds[1]}/checkpoint-0000000001-${'a'.repeat(64)}.safetensors`,
              size: 5,
              sha256: 'b'.repeat(64),
            },
          ],
        }),
      /is missing/,
    ],
    [
      'a member that is not listed',
      () => sealed(parts, { more: [{ path: 'runs/x/run.json', content: Buffer.from('{}') }] }),
      /does not list/,
    ],
    [
      'a member twice',
      () =>
        sealed(parts, { more: [{ path: 'study.json', content: parts.files.get('study.json') ?? Buffer.alloc(0) }] }),
      /twice/,
    ],
    [
      'a way out of it',
      () => sealed(parts, { more: [{ path: '../outside', content: Buffer.from('x') }] }),
      /leads out of it/,
    ],
    [
      'a way out of it in its manifest',
      () =>
        sealed(parts, {
          members: [{ path: 'runs/../../outside', size: 1, sha256: 'a'.repeat(64) }],
          more: [{ path: 'runs/../../outside', content: Buffer.from('x') }],
        }),
      /invalid manifest/,
    ],
    [
      'a whole path',
      () => sealed(parts, { members: [{ path: '/tmp/outside', size: 1, sha256: 'a'.repeat(64) }] }),
      /invalid manifest/,
    ],
    ['a link', () => sealed(parts, { more: [{ path: 'study.json', type: '2', link: '/etc/passwd' }] }), /not a file/],
    [
      'a hard link',
      () => sealed(parts, { more: [{ path: 'study.json', type: '1', link: 'manifest.json' }] }),
      /not a file/,
    ],
    ['a device', () => sealed(parts, { more: [{ path: 'study.json', type: '3' }] }), /not a file/],
    [
      'more than its manifest says',
      () => sealed(parts, { more: [{ path: 'x', content: Buffer.alloc(40 << 20) }] }),
      /unpacks to more than [\d,]+ bytes/,
    ],
    [
      'more behind its end',
      () => gzipSync(Buffer.concat([gunzipSync(sealed(parts)), Buffer.alloc(40 << 20)]), { level: 1 }),
      /unpacks to more than [\d,]+ bytes/,
    ],
    ['no manifest', () => gzipSync(tarOf([{ path: 'study.json', content: Buffer.from('{}') }])), /it has no manifest/],
    [
      'another manifest',
      () => gzipSync(tarOf([{ path: 'manifest.json', content: Buffer.from('{"format":"other","version":1}') }])),
      /something else/,
    ],
    ['another kind of file', () => readFileSync(path.join(from, 'history.sqlite')), /is not an archive/],
    ['layers without end', () => gzipSync(gzipSync(gzipSync(sealed(parts)))), /is compressed more than 3 times/],
    [
      'a run with the key of a prototype',
      () =>
        sealed({
          ...parts,
          files: new Map(parts.files).set(`runs/${runIds[1]}/run.json`, Buffer.from('{"__proto__":{"polluted":1}}')),
        }),
      /which is invalid/,
    ],
    ['a run of another name', () => sealed(withRun(parts, () => ({ id: 'other' }))), /has the id other/],
    [
      'a run of a config that is none',
      () => sealed(withRun(parts, (run) => ({ config: { ...run.config, arch: 'resnet-9' } }))),
      /config\.arch/,
    ],
    ['a run with something more', () => sealed(withRun(parts, () => ({ command: 'rm' }))), /which is invalid/],
    [
      'epochs that are none',
      () => sealed(withRun(parts, (run) => ({ epochs: [run.epochs[0], run.epochs[0]] }))),
      /has epochs/,
    ],
    [
      'steps out of order',
      () => sealed(withRun(parts, (run) => ({ steps: [...run.steps].reverse() }))),
      /steps out of order/,
    ],
    [
      'filters of no layer',
      () => sealed(withRun(parts, (run) => ({ filters: run.filters.map((one) => ({ ...one, layer: 'nothing' })) }))),
      /does not have/,
    ],
    [
      'filters of another shape',
      () => sealed(withRun(parts, (run) => ({ filters: run.filters.map((one) => ({ ...one, shape: [3, 3, 3, 8] })) }))),
      /does not have/,
    ],
    [
      'fewer filters than it lists',
      () => sealed({ ...parts, files: new Map(parts.files).set(`runs/${runIds[1]}/filters.bin`, Buffer.alloc(4)) }),
      /bytes of filters/,
    ],
    [
      'other weights',
      () =>
        sealed({
          ...parts,
          files: new Map(parts.files).set(
            weights(),
            parts.files.get(`runs/${runIds[0]}/weights.safetensors`) ?? Buffer.alloc(0),
          ),
        }),
      /wrong SHA-256/,
    ],
    [
      'weights that are none',
      () =>
        sealed(
          withRun({ ...parts, files: new Map(parts.files).set(weights(), Buffer.from('nothing at all')) }, () => ({
            weightsSha256: createHash('sha256').update('nothing at all').digest('hex'),
          })),
        ),
      /unreadable weights/,
    ],
    [
      'a run of none of its runs',
      () => sealed({ ...parts, files: new Map(parts.files).set('runs/stray/run.json', Buffer.from('{}')) }),
      /none of its runs/,
    ],
    ['fewer runs than its study', () => sealed(without(parts, `${runIds[1]}`)), /is missing/],
    ['no study', () => sealed(without(parts, 'study.json')), /no study\.json/],
  ])('is refused with %s, and nothing has changed', async (_, make, words) => {
    const { code, message } = await refused(make())
    expect({ code, message }).toEqual({ code: 'bad-data', message: expect.stringMatching(words) })
    expect(
      existsSync(path.join(to, 'outside')) || existsSync(path.join(scratch, 'outside')) || existsSync('/tmp/outside'),
    ).toBe(false)
    expect('polluted' in {}).toBe(false)
  })

  it('of a newer program is reported as such', async () => {
    expect(await refused(sealed(parts, { manifest: { version: 2, more: true } }))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('newer MCNN Workbench'),
    })
  })

  it('that does not exist is named in the error', async () => {
    await expect(take(path.join(scratch, 'nothing.tar.gz'))).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('nothing.tar.gz'),
    })
  })

  it('imports everything or nothing', async () => {
    // The second run violates a constraint of the database.
    const twice = withRun(parts, (run) => ({
      filters: [] as unknown[],
      events: run.events.map((event) => ({ ...event, level: 'info' })),
      note: run.note,
    }))
    twice.files.delete(`runs/${runIds[1]}/filters.bin`)
    const trigger = `CREATE TRIGGER refuse BEFORE UPDATE OF id ON runs WHEN NEW.id = '${runIds[1]}' BEGIN SELECT RAISE(ABORT, 'no'); END`
    tamper(to, trigger)
    const before = [rowsOf(to), filesOf(to), readdirSync(path.join(to, 'runs'))]
    const file = path.join(scratch, 'half.tar.gz')
    writeFileSync(file, sealed(twice))
    await expect(take(file)).rejects.toThrow()
    expect([rowsOf(to), filesOf(to), readdirSync(path.join(to, 'runs'))]).toEqual(before)
  })
})
