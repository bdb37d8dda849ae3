import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkOutput, writeOutput, writeOutputWith } from './outputFile'

let dir: string
beforeEach(() => void (dir = mkdtempSync(path.join(tmpdir(), 'mcnn-output-'))))
afterEach(() => rmSync(dir, { recursive: true }))

const at = (name: string): string => path.join(dir, name)
const text = (name: string): string => readFileSync(at(name), 'utf8')
const once = { overwrite: false }
const over = { overwrite: true }

describe('writeOutput to a new or a regular file', () => {
  it('writes the bytes and leaves nothing else', async () => {
    await writeOutput(at('m.onnx'), Uint8Array.of(0, 255, 3), once)
    expect([...readFileSync(at('m.onnx'))]).toEqual([0, 255, 3])
    expect(readdirSync(dir)).toEqual(['m.onnx'])
  })

  it('replaces a file only if that is allowed', async () => {
    writeFileSync(at('a'), 'old')
    await expect(writeOutput(at('a'), 'new', once)).rejects.toMatchObject({
      code: 'exists',
      message: `${at('a')} exists already.`,
    })
    await expect(checkOutput(at('a'), once)).rejects.toMatchObject({ code: 'exists' })
    expect(text('a')).toBe('old')
    await writeOutput(at('a'), 'new', over)
    expect(text('a')).toBe('new')
    expect(readdirSync(dir)).toEqual(['a'])
  })

  it('keeps the mode of a file that it replaces', async () => {
    writeFileSync(at('a'), 'old')
    chmodSync(at('a'), 0o640)
    await writeOutput(at('a'), 'new', over)
    expect(statSync(at('a')).mode & 0o7777).toBe(0o640)
  })

  it('writes to where a link leads, and keeps the link', async () => {
    mkdirSync(at('elsewhere'))
    writeFileSync(at('elsewhere/a'), 'old')
    symlinkSync('elsewhere/a', at('link'))
    symlinkSync('link', at('second'))
    await expect(writeOutput(at('second'), 'new', once)).rejects.toMatchObject({ code: 'exists' })
    await writeOutput(at('second'), 'new', over)
    expect(text('elsewhere/a')).toBe('new')
    expect([lstatSync(at('link')), lstatSync(at('second'))].every((one) => one.isSymbolicLink())).toBe(true)
    expect(readdirSync(at('elsewhere'))).toEqual(['a'])
  })

  it('treats a broken link as an existing file', async () => {
    symlinkSync('later', at('link'))
    await expect(writeOutput(at('link'), 'new', once)).rejects.toMatchObject({ code: 'exists' })
    await writeOutput(at('link'), 'new', over)
    expect(text('later')).toBe('new')
  })

  it('accepts a name as long as the file system allows', async () => {
    const name = 'n'.repeat(255)
    await writeOutput(at(name), 'x', once)
    expect(readdirSync(dir)).toEqual([name])
    await expect(writeOutput(at(`${name}n`), 'x', once)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('name is too long'),
    })
  })

  it.each([
    ['folder', 'is a folder'],
    ['missing/a', 'There is no folder'],
    ['file/a', 'a part of its path is not a folder'],
    ['circle', 'links lead in a circle'],
  ])('rejects %s as a bad target and changes nothing', async (name, reason) => {
    mkdirSync(at('folder'))
    writeFileSync(at('file'), 'old')
    symlinkSync('circle', at('circle'))
    const before = readdirSync(dir, { recursive: true })
    await expect(writeOutput(at(name), 'new', over)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining(reason),
      fix: expect.stringMatching(/\.$/),
    })
    expect(readdirSync(dir, { recursive: true })).toEqual(before)
    expect(text('file')).toBe('old')
  })

  it('rejects a file system that accepts no files', async () => {
    await expect(writeOutput('/proc/mcnn-test', 'x', over)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/^Cannot write \/proc\/mcnn-test: [a-z -]+\.$/),
    })
  })

  it('rejects a file that belongs to the program, also through a link', async () => {
    mkdirSync(at('data'))
    writeFileSync(at('data/own'), 'old')
    symlinkSync('data/own', at('link'))
    symlinkSync('data', at('folder'))
    const options = {
      overwrite: true,
      isReserved: (file: string) => file === at('data/own') || file === at('data/later'),
    }
    for (const target of ['data/own', 'link', 'folder/own', 'data/later'])
      await expect(writeOutput(at(target), 'new', options)).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringContaining('part of the data directory'),
      })
    expect(text('data/own')).toBe('old')
    await writeOutput(at('folder/new.svg'), 'new', options)
    expect(readdirSync(at('data')).sort()).toEqual(['new.svg', 'own'])
  })
})

describe('writeOutputWith', () => {
  it('keeps the old file until the new one is complete', async () => {
    writeFileSync(at('a'), 'old')
    const made = await writeOutputWith(at('a'), over, async (part) => {
      await writeFile(part, 'half')
      expect(text('a')).toBe('old')
      await writeFile(`${part}-journal`, 'beside')
      await writeFile(part, 'whole')
      return 7
    })
    expect(made).toBe(7)
    expect(text('a')).toBe('whole')
    expect(readdirSync(dir)).toEqual(['a'])
  })

  it('keeps the old file and leaves nothing behind if the new one fails or is cancelled', async () => {
    writeFileSync(at('a'), 'old')
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    await expect(
      writeOutputWith(at('a'), over, async (part) => {
        await writeFile(part, 'half')
        throw full
      }),
    ).rejects.toMatchObject({ code: 'unavailable', message: `Cannot write ${at('a')}: the disk is full.` })
    const abort = new AbortController()
    const cancelled = writeOutputWith(at('a'), { overwrite: true, signal: abort.signal }, async (part) => {
      await writeFile(part, 'half')
      abort.abort()
    })
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' })
    expect(text('a')).toBe('old')
    expect(readdirSync(dir)).toEqual(['a'])
  })

  it('does not replace a file that appeared meanwhile', async () => {
    const meanwhile = writeOutputWith(at('a'), once, async (part) => {
      await writeFile(part, 'mine')
      await writeFile(at('a'), 'theirs')
    })
    await expect(meanwhile).rejects.toMatchObject({ code: 'exists' })
    expect(text('a')).toBe('theirs')
    expect(readdirSync(dir)).toEqual(['a'])
  })
})

describe('writeOutput to a special file', () => {
  it('writes to a device and leaves it a device', async () => {
    await writeOutput('/dev/null', 'x', once)
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
    await expect(writeOutput('/dev/full', 'x', once)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'Cannot write /dev/full: the disk is full.',
    })
    await expect(writeOutputWith('/dev/full', once, (part) => writeFile(part, 'x'))).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true)
  })

  it('writes more to a named pipe than it holds, waits for its reader, and leaves it a pipe', async () => {
    execFileSync('mkfifo', [at('pipe')])
    const bytes = new Uint8Array(300_000).map((_, i) => i)
    const writing = writeOutputWith(at('pipe'), once, (part) => writeFile(part, bytes))
    const read = await readFile(at('pipe'))
    await writing
    expect(read.equals(bytes)).toBe(true)
    expect(statSync(at('pipe')).isFIFO()).toBe(true)
    expect(readdirSync(dir)).toEqual(['pipe'])
  })

  it('stops waiting for a reader when it is cancelled', async () => {
    execFileSync('mkfifo', [at('pipe')])
    const abort = new AbortController()
    const writing = writeOutput(at('pipe'), 'x', { overwrite: false, signal: abort.signal })
    abort.abort()
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' })
    expect(existsSync(at('pipe'))).toBe(true)
  })
})
