/**
 * Checks the write-ahead log of a history (sqlite.org/fileformat2.html, section 4) before SQLite opens it. SQLite
 * treats the first corrupt frame as the end of the log and silently drops all later ones, even confirmed ones.
 */
import { existsSync, readFileSync } from 'node:fs'

const headerBytes = 32
const frameHeaderBytes = 24
const pageBytes = 4096
const frameBytes = frameHeaderBytes + pageBytes

type Sum = readonly [number, number]

const noHead = 'the header of its write-ahead log is unreadable'

/**
 * Returns the fault of a history's log, in words. Returns null if it is intact, missing, or incomplete at its end
 * because a power cut prevented the last transaction from being confirmed.
 */
export function walDamage(history: string): string | null {
  const file = `${history}-wal`
  if (!existsSync(file)) return null
  const bytes = readFileSync(file)
  const count = Math.floor((bytes.length - headerBytes) / frameBytes)
  if (count < 1) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const magic = view.getUint32(0)
  const little = magic !== 0x377f0683
  const headed =
    magic >>> 1 === 0x377f0682 >>> 1 &&
    view.getUint32(8) === pageBytes &&
    same(sumOf(view, 0, 24, [0, 0], little), stored(view, 24))
  const salts = headed ? saltsAt(view, 16) : commonSalts(view, count)
  // The checksum of each frame continues that of the previous one: if a frame does not match, the next one is
  // unverifiable.
  const frames = Array.from({ length: count }, (_, i) => {
    const at = headerBytes + i * frameBytes
    const before = i === 0 ? (headed ? stored(view, 24) : null) : stored(view, at - frameBytes + 16)
    const ours = saltsAt(view, at + 8) === salts
    const whole =
      ours &&
      before !== null &&
      same(
        sumOf(view, at + frameHeaderBytes, pageBytes, sumOf(view, at, 8, before, little), little),
        stored(view, at + 16),
      )
    return { ours, whole, page: view.getUint32(at), commits: view.getUint32(at + 4) }
  })
  // Later frames belong to an older log, or to a transaction that never ended.
  const last = frames.findLastIndex(({ whole, commits }) => whole && commits > 0)
  if (last < 0) return headed || !frames.some(({ whole }) => whole) ? null : noHead
  const confirmed = frames.slice(0, last + 1)
  const first = confirmed.findIndex(({ whole }) => !whole)
  if (first < 0 || (headed && isTorn(confirmed, first))) return null
  return headed ? `frame ${first + 1} of ${last + 1} in its write-ahead log is unreadable` : noHead
}

/** Returns the first frame of a frame's transaction, as far as intact frames show it. */
function beginOf(frames: readonly Frame[], of: number): number {
  return frames.findLastIndex(({ whole, commits }, i) => i < of && whole && commits > 0) + 1
}

/**
 * Returns whether a corrupt frame belongs to the last transaction. Each transaction is flushed before the next begins,
 * so one with a successor was confirmed. SQLite writes the pages of a transaction in ascending order. If the order
 * starts again, a corrupt header hides the end of a transaction.
 */
function isTorn(frames: readonly Frame[], first: number): boolean {
  const rest = frames.slice(beginOf(frames, first))
  const pages = rest.filter(({ ours }) => ours).map(({ page }) => page)
  return (
    rest.findIndex(({ ours, commits }) => ours && commits > 0) === rest.length - 1 &&
    pages.every((page, i) => i === 0 || page > (pages[i - 1] ?? 0))
  )
}

interface Frame {
  /** Returns whether the frame belongs to this log, not to an older one. */
  ours: boolean
  whole: boolean
  page: number
  /** Returns the size of the database in pages if the frame ends a transaction, else 0. */
  commits: number
}

function stored(view: DataView, at: number): Sum {
  return [view.getUint32(at), view.getUint32(at + 4)]
}

function same(a: Sum, b: Sum): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

function saltsAt(view: DataView, at: number): string {
  return `${view.getUint32(at)}-${view.getUint32(at + 4)}`
}

/** Returns the salts of a log without a valid header: those of most of its first frames. */
function commonSalts(view: DataView, count: number): string {
  const found = new Map<string, number>()
  for (let i = 0; i < Math.min(count, 5); i++) {
    const salts = saltsAt(view, headerBytes + i * frameBytes + 8)
    found.set(salts, (found.get(salts) ?? 0) + 1)
  }
  return [...found].reduce((a, b) => (b[1] > a[1] ? b : a))[0]
}

function sumOf(view: DataView, from: number, length: number, [a, b]: Sum, little: boolean): Sum {
  let s0 = a
  let s1 = b
  for (let at = from; at < from + length; at += 8) {
    s0 = (s0 + view.getUint32(at, little) + s1) >>> 0
    s1 = (s1 + view.getUint32(at + 4, little) + s0) >>> 0
  }
  return [s0, s1]
}
