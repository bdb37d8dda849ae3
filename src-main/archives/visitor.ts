/** What readers of archives and folders hand over, one file after the other. */
import { ArchiveFault, shown } from './fault'

export interface Member {
  /** As the archive names it, without './' before it; folders separated by '/'. */
  path: string
  /** Bytes; 0 if there is a `problem`. */
  size: number
  /** Why a file of a folder cannot be read, in words that follow its name; null if it can. */
  problem: string | null
}

/** Takes the bytes of one member. */
export interface Sink {
  write: (chunk: Buffer) => void
  /** Called when all bytes are here, before the next member is opened. */
  end?: () => void
  /** Called after `end`, of one member after the other, and awaited before more of the archive is read. */
  settle?: () => Promise<void>
}

export interface Visitor {
  /** Returns what takes the member's bytes; null passes over it. Throws to refuse the archive. */
  open(member: Member): Sink | null
}

export interface ReadOptions {
  path: string
  signal?: AbortSignal | undefined
  /** Called with bytes of the archive or the folder's wanted files, as they are read. */
  onRead: (bytes: number) => void
  /** Unpacked bytes that are read at most, asked before every chunk. */
  limit: () => number
  /** Members that are looked at, at most. */
  maxMembers: number
}

/** Returns a member's path without './' before it. @throws ArchiveFault if it leads out of the archive */
export function innerPath(path: string): string {
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0') || path.split('/').includes('..'))
    throw new ArchiveFault(`holds the path ${shown(path)}, which leads out of it.`)
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
