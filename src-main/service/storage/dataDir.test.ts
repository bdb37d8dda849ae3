import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultDataDir, isOfRun, isReserved, runDir, runLog } from './dataDir'
import { prepareDataDir } from './dataDirIdentity'
import { removeFiles } from './ownFiles'
import { rememberDataDir } from './rememberedDataDir'

let dir: string
beforeEach(async () => void (dir = await mkdtemp(path.join(os.tmpdir(), 'mcnn-datadir-'))))
afterEach(() => rm(dir, { recursive: true }))

describe('prepareDataDir', () => {
  it('creates missing folders at any depth', async () => {
    const paths = prepareDataDir(path.join(dir, 'a', 'b'))
    await expect(writeFile(path.join(paths.runs, 'x'), '')).resolves.toBeUndefined()
  })

  it.each([
    ['a place where nothing can be created', () => '/proc/mcnn'],
    ['a file', () => path.join(dir, 'file')],
    ['a path through a file', () => path.join(dir, 'file', 'data')],
  ])('rejects %s as bad input', async (_, place) => {
    await writeFile(path.join(dir, 'file'), '')
    expect(() => prepareDataDir(place())).toThrow(
      expect.objectContaining({ code: 'bad-input', fix: expect.stringContaining('another data directory') as string }),
    )
  })
})

describe('paths of runs', () => {
  it('never lead outside, whatever ids and weights files the history contains', async () => {
    const paths = prepareDataDir(path.join(dir, 'data'))
    const precious = path.join(dir, 'precious')
    await writeFile(precious, 'x')
    for (const id of ['..', '../..', '../../precious', '.', '', '/etc', 'a/b', 'a\0b', 'A', precious]) {
      expect(() => runDir(paths, id), id).toThrow(/invalid id/)
      expect(() => runLog(paths, id), id).toThrow(/invalid id/)
      await expect(removeFiles(paths, id), id).rejects.toMatchObject({ code: 'bad-data' })
    }
    expect(await readFile(precious, 'utf8')).toBe('x')
    expect(runDir(paths, 'a-1')).toBe(path.join(paths.runs, 'a-1'))
    for (const file of ['weights.safetensors', 'checkpoints/1', '..weights'])
      expect(isOfRun(paths, 'a-1', path.join(paths.runs, 'a-1', file)), file).toBe(true)
    for (const file of ['..', '.', '../b/weights', '../../history.sqlite'])
      expect(isOfRun(paths, 'a-1', path.join(paths.runs, 'a-1', file)), file).toBe(false)
    expect(isOfRun(paths, 'a-1', '/etc/passwd')).toBe(false)
  })
})

describe('defaultDataDir', () => {
  it('follows MCNN_DATA_DIR, then an absolute XDG_DATA_HOME', () => {
    expect(defaultDataDir({ MCNN_DATA_DIR: '/x/y', XDG_DATA_HOME: '/z' })).toBe('/x/y')
    expect(defaultDataDir({ MCNN_DATA_DIR: '~/x' })).toBe(path.join(os.homedir(), 'x'))
    const usual = { XDG_CONFIG_HOME: dir, XDG_DATA_HOME: '/z' }
    expect(defaultDataDir(usual)).toBe('/z/mcnn-workbench')
    expect(defaultDataDir({ ...usual, XDG_DATA_HOME: 'z' })).toBe(
      path.join(os.homedir(), '.local', 'share', 'mcnn-workbench'),
    )
  })

  it('is the directory that the user chose, as long as it exists and MCNN_DATA_DIR is not set', async () => {
    const env = { XDG_CONFIG_HOME: path.join(dir, 'config'), XDG_DATA_HOME: '/z' }
    const [first, second] = [await mkdtemp(path.join(dir, 'first-')), await mkdtemp(path.join(dir, 'second-'))]
    rememberDataDir(first, env)
    rememberDataDir(second, env)
    expect(defaultDataDir(env)).toBe(second)
    expect(defaultDataDir({ ...env, MCNN_DATA_DIR: '/x' })).toBe('/x')
    await rm(second, { recursive: true })
    expect(defaultDataDir(env)).toBe('/z/mcnn-workbench')
    rememberDataDir(first, env)
    rememberDataDir(null, env)
    expect(defaultDataDir(env)).toBe('/z/mcnn-workbench')
    await writeFile(path.join(env.XDG_CONFIG_HOME, 'mcnn-workbench', 'data-directory.json'), '{"dataDirectory": "a"}')
    expect(defaultDataDir(env)).toBe('/z/mcnn-workbench')
  })
})

describe('isReserved', () => {
  it('recognises the program’s own files in a data directory, also through a link', async () => {
    const link = `${dir}-link`
    await symlink(dir, link)
    try {
      const own = [
        'history.sqlite',
        'history.sqlite-wal',
        'history.sqlite.lock',
        'mcnn-workbench.json',
        'tuning.json',
        'runs/a/weights.safetensors',
        'datasets/x',
        'logs/a.log',
        'backups/history-20260101-000000000.sqlite',
      ]
      const other = ['my-own.svg', 'report/index.html', 'backups/mine.sqlite', '../elsewhere.onnx', 'history.txt']
      for (const root of [dir, link]) {
        expect(own.filter((name) => !isReserved(root, path.join(dir, name)))).toEqual([])
        expect(other.filter((name) => isReserved(root, path.join(dir, name)))).toEqual([])
      }
    } finally {
      await rm(link)
    }
  })
})
