/** The writer and the reader of journals, with files that are incomplete, changed, doubled and superseded. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EpochMetrics } from '../contract/runs/metrics'
import type { TrainerMessage } from '../contract/trainer/messages'
import { decodeLine, encodeLine } from './format'
import { JournalFollower, readJournal, unread, withValues } from './reader'
import { JournalWriter } from './writer'

let run: string
beforeEach(() => {
  run = mkdtempSync(path.join(tmpdir(), 'mcnn-journal-'))
})
afterEach(() => rmSync(run, { recursive: true, force: true }))

const lines = (attempt: number): string => path.join(run, 'journal', `000${attempt}.jsonl`)
const values = (attempt: number): string => path.join(run, 'journal', `000${attempt}.bin`)

function epoch(n: number): TrainerMessage {
  const metrics: EpochMetrics = {
    epoch: n,
    trainLoss: 2 / n,
    trainAccuracy: 0.5,
    testLoss: 1,
    testAccuracy: 0.1 * n,
    learningRate: 0.1,
    imagesPerSecond: 100,
    seconds: 2,
    waitSeconds: 0,
    cpuSeconds: 3,
    memoryBytes: null,
  }
  return { type: 'epoch', metrics }
}
const note = (message: string): TrainerMessage => ({ type: 'event', level: 'info', kind: 'note', message })
const filters = (fill: number): TrainerMessage => ({
  type: 'filters',
  epoch: 1,
  layers: [{ layer: 'stem', shape: [3, 3, 1, 2], values: new Uint8Array(72).fill(fill) }],
})

function written(...messages: TrainerMessage[]): JournalWriter {
  const writer = new JournalWriter(run)
  for (const message of messages) writer.append(message)
  writer.finish()
  return writer
}

/** Returns all content that counts, read with one cursor in small steps. */
function readAll(mostBytes = 1): unknown[] {
  const found: unknown[] = []
  for (let cursor = unread; ;) {
    const entries = readJournal(run, cursor, mostBytes)
    if (entries.length === 0) return found
    for (const entry of entries) {
      found.push(entry.message ? withValues(run, { ...entry, message: entry.message }) : entry.problem)
      cursor = entry.next
    }
  }
}

describe('a line', () => {
  it('is read as it was written, whatever text it holds', () => {
    const line = { n: 3, at: '2026-11-29T03:00:00.000Z', message: note('","crc":"00000000"}\n ü \u2028') }
    const text = encodeLine(line as never)
    expect(text.endsWith('\n')).toBe(true)
    expect(text.trimEnd()).not.toContain('\n')
    expect(decodeLine(text.slice(0, -1))).toEqual(line)
  })

  it('is rejected if any single character changed', () => {
    const text = encodeLine({ n: 1, at: '2026-11-29T03:00:00.000Z', message: epoch(1) as never }).slice(0, -1)
    for (let i = 0; i < text.length; i++) {
      const changed = `${text.slice(0, i)}${text[i] === '7' ? '3' : '7'}${text.slice(i + 1)}`
      expect(() => decodeLine(changed), changed).toThrow()
    }
  })
})

describe('a journal', () => {
  it('is read once and in order, however the reader splits it', () => {
    const writer = new JournalWriter(run)
    const follower = new JournalFollower(run)
    const seen: TrainerMessage[] = []
    const all = [note('a'), filters(7), epoch(1), note('b'), epoch(2)]
    for (const message of all) {
      writer.append(message)
      seen.push(...follower.next())
    }
    expect(seen.map((message) => JSON.parse(JSON.stringify(message)) as unknown)).toEqual(
      all.map((message) => JSON.parse(JSON.stringify(message)) as unknown),
    )
    expect(readAll()).toHaveLength(5)
    expect(readAll(1e6)).toHaveLength(5)
    expect(follower.next()).toEqual([])
  })

  it('is empty if the file is missing', () => {
    expect(readJournal(run, unread)).toEqual([])
  })

  it('ignores a line until it is complete', () => {
    written(note('a'))
    const size = statSync(lines(1)).size
    const next = encodeLine({ n: 2, at: '2026-11-29T03:00:00.000Z', message: note('b') as never })
    for (let i = 1; i < next.length; i += 20) {
      truncateSync(lines(1), size)
      appendFileSync(lines(1), next.slice(0, i))
      expect(readAll()).toHaveLength(1)
    }
    truncateSync(lines(1), size)
    appendFileSync(lines(1), next)
    expect(readAll()).toMatchObject([{ message: 'a' }, { message: 'b' }])
  })

  it('continues in a second attempt after the last complete line of the first', () => {
    written(note('a'), epoch(1), epoch(2))
    truncateSync(lines(1), statSync(lines(1)).size - 10)
    const second = written(epoch(2))
    expect(second.attempt).toBe(2)
    expect(second.reached).toEqual({ epochs: 1, step: 0 })
    // The first attempt is void from here on: its trainer was still running.
    appendFileSync(lines(1), '…the rest\n')
    expect(readAll()).toMatchObject([{ message: 'a' }, { metrics: { epoch: 1 } }, { metrics: { epoch: 2 } }])
  })

  it('skips a cursor that lies in void lines', () => {
    written(note('a'))
    const [first] = readJournal(run, unread)
    written(note('b'))
    appendFileSync(lines(1), encodeLine({ n: 2, at: '2026-11-29T03:00:00.000Z', message: note('void') as never }))
    const ahead = { attempt: 1, bytes: statSync(lines(1)).size }
    expect(first?.next.bytes).toBeLessThan(ahead.bytes)
    expect(readJournal(run, ahead).map(({ message }) => message)).toMatchObject([{ message: 'b' }])
  })

  it('ignores an attempt without a head', () => {
    written(note('a'))
    writeFileSync(lines(2), '{"n":0,"at":"20')
    expect(readAll()).toHaveLength(1)
    expect(written(note('b')).attempt).toBe(3)
    expect(readAll()).toMatchObject([{ message: 'a' }, { message: 'b' }])
  })

  it('reports a changed line and returns the lines around it', () => {
    written(note('first'), note('second'), note('third'))
    writeFileSync(lines(1), readFileSync(lines(1), 'utf8').replace('second', 'secund'))
    expect(readAll()).toEqual([
      expect.objectContaining({ message: 'first' }),
      expect.stringMatching(
        /^A line of the run’s journal \(0001\.jsonl, up to byte \d+\) cannot be read: it does not match its checksum\.$/,
      ),
      expect.objectContaining({ message: 'third' }),
    ])
    // A trainer resumes only from the lines before it.
    written(note('fourth'))
    expect(readAll()).toMatchObject([{ message: 'first' }, { message: 'fourth' }])
  })

  it('rejects a repeated epoch, a skipped epoch and a repeated step', () => {
    const step = (n: number) => ({ step: n, epoch: 1, loss: 1, learningRate: 0.1, stepMs: 1 })
    expect(written(epoch(1), epoch(1), epoch(2)).reached).toEqual({ epochs: 0, step: 0 })
    expect(written(epoch(3)).reached).toEqual({ epochs: 1, step: 0 })
    expect(written({ type: 'steps', steps: [step(4), step(8)] }).reached).toEqual({ epochs: 1, step: 0 })
    expect(written({ type: 'steps', steps: [step(8)] }).reached).toEqual({ epochs: 1, step: 8 })
    expect(written().reached).toEqual({ epochs: 1, step: 8 })
  })

  it('rejects missing and changed filter values', () => {
    written(filters(1))
    const [entry] = readJournal(run, unread)
    if (!entry?.message) throw new Error('no entry')
    const whole = { ...entry, message: entry.message }
    expect(withValues(run, whole)).toMatchObject({ layers: [{ values: new Uint8Array(72).fill(1) }] })
    writeFileSync(values(1), Buffer.alloc(72, 2))
    expect(() => withValues(run, whole)).toThrow('its values do not match their checksum')
    truncateSync(values(1), 71)
    expect(() => withValues(run, whole)).toThrow('its values are missing')
    rmSync(values(1))
    expect(() => withValues(run, whole)).toThrow('the file with its values is missing')
  })

  it('reports to a writer that a later attempt has started', () => {
    const first = new JournalWriter(run)
    expect(first.isSuperseded).toBe(false)
    written(note('b'))
    expect(first.isSuperseded).toBe(true)
    first.finish()
  })
})
