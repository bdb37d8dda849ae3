import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultDataDir, prepareDataDir } from './dataDir'

let dir: string
beforeEach(async () => void (dir = await mkdtemp(path.join(os.tmpdir(), 'mcnn-datadir-'))))
afterEach(() => rm(dir, { recursive: true }))

describe('prepareDataDir', () => {
  it('makes what is missing, any depth down', async () => {
    const paths = await prepareDataDir(path.join(dir, 'a', 'b'))
    await expect(writeFile(path.join(paths.runs, 'x'), '')).resolves.toBeUndefined()
  })

  it.each([
    ['a place where nothing can be made', () => '/proc/mcnn'],
    ['a path through a file', () => path.join(dir, 'file', 'data')],
  ])('says in a sentence that it cannot use %s', async (_, place) => {
    await writeFile(path.join(dir, 'file'), '')
    await expect(prepareDataDir(place())).rejects.toMatchObject({ code: 'unavailable', fix: expect.stringContaining('--data-dir') as string })
  })
})

describe('defaultDataDir', () => {
  it('follows MCNN_DATA_DIR, then XDG_DATA_HOME where it is absolute', () => {
    expect(defaultDataDir({ MCNN_DATA_DIR: '/x/y', XDG_DATA_HOME: '/z' })).toBe('/x/y')
    expect(defaultDataDir({ XDG_DATA_HOME: '/z' })).toBe('/z/mcnn-workbench')
    expect(defaultDataDir({ XDG_DATA_HOME: 'z' })).toBe(path.join(os.homedir(), '.local', 'share', 'mcnn-workbench'))
  })
})
