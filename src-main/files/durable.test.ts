import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeAtomically, writeAtomicallySync } from './durable'

let folder: string
beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'mcnn-durable-'))))
afterEach(() => rm(folder, { recursive: true }))

describe.each([
  ['writeAtomically', writeAtomically],
  ['writeAtomicallySync', (file: string, content: string) => Promise.resolve(writeAtomicallySync(file, content))],
])('%s', (_, write) => {
  it('replaces the file and leaves no other behind', async () => {
    const file = path.join(folder, 'w')
    await write(file, 'one')
    await write(file, 'two, longer')
    expect(await readFile(file, 'utf8')).toBe('two, longer')
    expect(await readdir(folder)).toEqual(['w'])
  })

  it('throws the system’s error and leaves nothing behind if the file cannot be renamed to its name', async () => {
    await expect((async () => write(path.join(folder, 'missing', 'w'), 'one'))()).rejects.toThrow(/ENOENT/)
    await expect((async () => write(folder, 'one'))()).rejects.toThrow()
    expect(await readdir(folder)).toEqual([])
    expect(
      (await readdir(path.dirname(folder))).filter((name) => name.startsWith(`${path.basename(folder)}.`)),
    ).toEqual([])
  })
})

it('writeAtomicallySync creates the file with the permissions it is given', async () => {
  const file = path.join(folder, 'private')
  writeAtomicallySync(file, 'text', 0o600)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})
