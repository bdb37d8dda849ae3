/** Write-ahead logs of SQLite, corrupted byte by byte. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../files/database'
import { walDamage } from './wal'

let dir: string
let file: string
let whole: Buffer
let log: Buffer
const frameBytes = 24 + 4096

/** A database whose log holds ten transactions, as files after its program was killed. */
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'mcnn-wal-'))
  file = path.join(dir, 'history.sqlite')
  const from = path.join(dir, 'from.sqlite')
  const db = openDatabase(from)
  db.pragma('wal_checkpoint(TRUNCATE)')
  for (let n = 0; n < 10; n++)
    db.exec(`INSERT INTO studies (id, name, created_at) VALUES ('s${n}', '${'x'.repeat(3000)}', '')`)
  whole = readFileSync(from)
  writeFileSync(file, whole)
  log = readFileSync(`${from}-wal`)
  db.close()
  writeLog(log)
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const frames = (): number => (log.length - 32) / frameBytes
const writeLog = (bytes: Buffer): void => writeFileSync(`${file}-wal`, bytes)

function noise(at: number, length: number): void {
  const bytes = Buffer.from(log)
  for (let i = at; i < at + length; i++) bytes[i] = ((bytes[i] ?? 0) + 1 + (i % 200)) & 255
  writeLog(bytes)
}

describe('a write-ahead log', () => {
  it('is intact as SQLite leaves it, and if its end is incomplete', () => {
    for (const length of [log.length, log.length - 100, 32 + 5 * frameBytes + 1000]) {
      writeLog(log.subarray(0, length))
      expect(walDamage(file)).toBeNull()
    }
  })

  it('is intact if it is missing or has no confirmed transaction', () => {
    truncateSync(`${file}-wal`, 32)
    expect(walDamage(file)).toBeNull()
    truncateSync(`${file}-wal`, 0)
    expect(walDamage(file)).toBeNull()
    rmSync(`${file}-wal`)
    expect(walDamage(file)).toBeNull()
  })

  it('is reported as corrupt at the start if the fault is before its last transaction, which SQLite would silently drop', () => {
    const ends = Array.from({ length: frames() }, (_, frame) => frame).filter(
      (frame) => log.readUInt32BE(32 + frame * frameBytes + 4) > 0,
    )
    expect(ends).toHaveLength(10)
    for (let frame = 0; frame <= (ends.at(-2) ?? 0); frame++) {
      noise(32 + frame * frameBytes + 24 + 100, 8)
      expect(() => openDatabase(file), `frame ${frame}`).toThrow(
        `frame ${frame + 1} of ${frames()} in its write-ahead log`,
      )
    }
  })

  it('is corrupt if its header or the headers of frames are', () => {
    noise(32 + 2 * frameBytes, frameBytes)
    expect(walDamage(file)).toContain('frame 3')
    noise(0, 32)
    expect(walDamage(file)).toContain('head')
  })

  it('with an incomplete last transaction is intact, as after a power cut', () => {
    noise(log.length - 2000, 100)
    expect(walDamage(file)).toBeNull()
    const db = openDatabase(file)
    expect(db.prepare('SELECT count(*) FROM studies').pluck().get()).toBe(9)
    db.close()
  })
})
