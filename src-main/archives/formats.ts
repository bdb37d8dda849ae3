/** Recognises archives by their first bytes, never by their names. */
import type { ArchiveFormat } from '../contract/publish/archiveFormats'

/** Number of bytes that `formatOf` needs. */
export const headBytes = 512

const magics: readonly (readonly [ArchiveFormat, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  // An archive without members.
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
]

/** Unsupported formats that are recognised for the error message. */
const unreadable: readonly (readonly [string, readonly number[]])[] = [
  ['a bzip2 archive', [0x42, 0x5a, 0x68]],
  ['a 7-Zip archive', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['a RAR archive', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
  ['one part of a split zip archive', [0x50, 0x4b, 0x07, 0x08]],
]

/** Returns the format of data that starts with `head`; null if it is not supported. */
export function formatOf(head: Buffer): ArchiveFormat | null {
  const found = magics.find(([, magic]) => startsWith(head, magic))
  if (found) return found[0]
  return isTarHeader(head) ? 'tar' : null
}

/** Returns the name of an unsupported archive format, such as 'a 7-Zip archive'; null for other data. */
export function unreadableFormat(head: Buffer): string | null {
  return unreadable.find(([, magic]) => startsWith(head, magic))?.[0] ?? null
}

function startsWith(head: Buffer, magic: readonly number[]): boolean {
  return magic.every((byte, i) => head[i] === byte)
}

/**
 * A tar header carries the sum of its own bytes, its eight bytes counted as spaces; an empty archive begins with zeros.
 */
function isTarHeader(head: Buffer): boolean {
  if (head.length < headBytes) return false
  const block = head.subarray(0, headBytes)
  if (block.every((byte) => byte === 0)) return true
  const stored = /^\s*([0-7]+)/.exec(block.toString('latin1', 148, 156))
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0)
  return stored !== null && Number.parseInt(stored[1] ?? '', 8) === sum
}
