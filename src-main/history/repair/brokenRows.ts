/**
 * Rows whose content goes on in other pages that can't be right (sqlite.org/fileformat2.html, sections 1.5 and 1.6).
 * SQLite reads a row's last page without a look at what else it says, so that one of noise would come out as a value.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs'

const pageBytes = 4096
/** Of a table's leaf: content that stays in the page, at most and at least. */
const mostLocal = pageBytes - 35
const leastLocal = Math.floor(((pageBytes - 12) * 32) / 255) - 23
/** A child of a page is none of those above it: a damaged one could lead in circles. */
const deepest = 20

/**
 * Row ids of a table, by its root page, whose chain of pages doesn't end as it should. Only what can be reached is
 * looked at.
 */
export function brokenRows(file: string, root: number): Set<number> {
  const handle = openSync(file, 'r')
  try {
    const pages = Math.floor(statSync(file).size / pageBytes)
    const read = (page: number): Buffer | null => {
      if (page < 1 || page > pages) return null
      const bytes = Buffer.alloc(pageBytes)
      return readSync(handle, bytes, 0, pageBytes, (page - 1) * pageBytes) === pageBytes ? bytes : null
    }
    const broken = new Set<number>()
    walk(read, root, 0, (row, whole) => {
      if (!whole) broken.add(row)
    })
    return broken
  } finally {
    closeSync(handle)
  }
}

type Read = (page: number) => Buffer | null

function walk(read: Read, page: number, depth: number, tell: (row: number, whole: boolean) => void): void {
  const bytes = depth > deepest ? null : read(page)
  if (!bytes) return
  const at = page === 1 ? 100 : 0
  const type = bytes[at]
  if (type !== 5 && type !== 13) return
  const count = bytes.readUInt16BE(at + 3)
  const pointers = at + (type === 5 ? 12 : 8)
  for (let i = 0; i < count && pointers + 2 * i + 2 <= pageBytes; i++) {
    const cell = bytes.readUInt16BE(pointers + 2 * i)
    if (cell + 4 > pageBytes) continue
    if (type === 5) walk(read, bytes.readUInt32BE(cell), depth + 1, tell)
    else tellCell(read, bytes, cell, tell)
  }
  if (type === 5) walk(read, bytes.readUInt32BE(at + 8), depth + 1, tell)
}

function tellCell(read: Read, bytes: Buffer, cell: number, tell: (row: number, whole: boolean) => void): void {
  const [length, afterLength] = varint(bytes, cell)
  const [row, content] = varint(bytes, afterLength)
  if (length <= mostLocal) return
  const kept = leastLocal + ((length - leastLocal) % (pageBytes - 4))
  const local = kept <= mostLocal ? kept : leastLocal
  if (content + local + 4 > pageBytes) return tell(row, false)
  let next = bytes.readUInt32BE(content + local)
  for (let left = Math.ceil((length - local) / (pageBytes - 4)); left > 0; left--) {
    const page = read(next)
    if (!page) return tell(row, false)
    next = page.readUInt32BE(0)
  }
  tell(row, next === 0)
}

/** Its value and where it ends; up to 2^53 exact. */
function varint(bytes: Buffer, at: number): [number, number] {
  let value = 0
  for (let i = 0; i < 9; i++) {
    const byte = bytes[at + i] ?? 0
    if (i === 8) return [value * 256 + byte, at + 9]
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return [value, at + i + 1]
  }
  return [value, at + 9]
}
