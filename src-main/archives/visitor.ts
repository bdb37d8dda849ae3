/** What readers of archives and folders pass on, one file after the other. */
import { ArchiveFault, shown } from './fault'

export interface Member {
  /** Path in the archive without a leading './'; folders separated by '/'. */
  path: string
  /** Bytes; 0 if there is a `problem`. */
  size: number
  /** Why a file of a folder cannot be read, in words that follow its name; null if it can. */
  problem: string | null
}

/** Receives the bytes of one member. */
export interface Sink {
  write: (chunk: Buffer) => void
  /** Called after the last byte, before the next member is opened. */
  end?: () => void
  /** Called after `end`, for one member after the other, and awaited before more of the archive is read. */
  settle?: () => Promise<void>
}

export interface Visitor {
  /** Returns the receiver of the member's bytes; null skips the member. Throws to reject the archive. */
  open(member: Member): Sink | null
}

export interface ReadOptions {
  path: string
  signal?: AbortSignal | undefined
  /** Called with the number of bytes of the archive, or of the folder's wanted files, as they are read. */
  onRead: (bytes: number) => void
  /** Limit of unpacked bytes, requested before every chunk. */
  limit: () => number
  /** Limit of members. */
  maxMembers: number
}

/** Returns a member's path without a leading './'. @throws ArchiveFault if it leads out of the archive */
export function innerPath(path: string): string {
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0') || path.split('/').includes('..'))
    throw new ArchiveFault(`contains the path ${shown(path)}, which leads out of it.`)
  return path.replace(/^(\.\/+)+/, '')
}

/** Files that operating systems and file managers add. */
export function isClutter(path: string): boolean {
  return path
    .split('/')
    .some(
      (part) =>
        part === '__MACOSX' ||
        part.startsWith('._') ||
        part === '.DS_Store' ||
        part === 'Thumbs.db' ||
        part === 'desktop.ini',
    )
}
