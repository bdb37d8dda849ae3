/**
 * Determines which program wrote a database from its bytes (sqlite.org/fileformat2.html): the shell has no SQLite, and
 * SQLite would create files next to it.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { codeOf } from '../../contract/errors'

/** SQLite's `application_id` of a history: "MCNN". Earlier versions left it 0. */
export const applicationId = 0x4d434e4e

/**
 * `history`: ours. `foreign`: a database of another program. `corrupt`: not a SQLite database. `missing`: no file, or
 * an empty one.
 */
export type HistoryKind = 'history' | 'foreign' | 'corrupt' | 'missing'

/** Tables that every version of a history has. */
export const historyTables = ['studies', 'configs', 'runs', 'epochs']

/** @throws with the system's code if the file exists and cannot be read */
export function historyKind(file: string): HistoryKind {
  let handle: number
  try {
    handle = openSync(file, 'r')
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return 'missing'
    throw thrown
  }
  try {
    const header = Buffer.alloc(100)
    const length = readSync(handle, header, 0, header.length, 0)
    if (length === 0) return 'missing'
    if (length < header.length || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return 'corrupt'
    const id = header.readUInt32BE(68)
    if (id !== 0) return id === applicationId ? 'history' : 'foreign'
    const size = header.readUInt16BE(16)
    const pageSize = size === 1 ? 65536 : size
    // A program that crashed before its first transaction leaves a database without tables, which holds no data.
    if (isEmpty(handle, pageSize)) return 'history'
    const schema = schemaText(handle, pageSize, 1, 0)
    return historyTables.every((table) => schema.includes(`CREATE TABLE ${table} `)) ? 'history' : 'foreign'
  } finally {
    closeSync(handle)
  }
}

/** Whether the schema's root is a leaf page without cells. */
function isEmpty(handle: number, pageSize: number): boolean {
  const bytes = Buffer.alloc(pageSize)
  return readSync(handle, bytes, 0, pageSize, 0) === pageSize && bytes[100] === 13 && bytes.readUInt16BE(103) === 0
}

/** The content of all leaf pages of the schema's b-tree, whose root is page 1. */
function schemaText(handle: number, pageSize: number, page: number, depth: number): string {
  const bytes = Buffer.alloc(pageSize)
  if (depth > 4 || readSync(handle, bytes, 0, pageSize, (page - 1) * pageSize) < pageSize) return ''
  const start = page === 1 ? 100 : 0
  const kind = bytes[start]
  if (kind === 13) return bytes.toString('latin1')
  if (kind !== 5) return ''
  const cells = bytes.readUInt16BE(start + 3)
  const children = Array.from({ length: Math.min(cells, Math.floor((pageSize - start - 12) / 2)) }, (_, i) => {
    const cell = bytes.readUInt16BE(start + 12 + 2 * i)
    return cell + 4 <= pageSize ? bytes.readUInt32BE(cell) : 0
  })
  return [...children, bytes.readUInt32BE(start + 8)]
    .filter((child) => child > 1)
    .map((child) => schemaText(handle, pageSize, child, depth + 1))
    .join('')
}
