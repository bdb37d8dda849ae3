/** Lists and reads the files of a folder. Follows links: the folder and its link targets belong to the user. */
import type { Dirent } from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../contract/errors'
import { ArchiveFault, count } from './fault'
import type { Member, ReadOptions, Visitor } from './visitor'

/** Greatest depth of nested folders. */
const maxDepth = 4
const chunkSize = 1 << 20

/** Returns the files of a folder and its subfolders by name, files before subfolders. @throws ArchiveFault */
export async function listFolder(
  path: string,
  { maxMembers, signal }: Pick<ReadOptions, 'maxMembers' | 'signal'>,
): Promise<Member[]> {
  const members: Member[] = []
  const seen = new Set<string>()
  const visit = async (inner: string, depth: number): Promise<void> => {
    signal?.throwIfAborted()
    const folder = join(path, inner)
    // A link may lead to a parent folder.
    const real = await realpath(folder)
    if (seen.has(real)) return
    seen.add(real)
    const below: string[] = []
    for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = inner === '' ? entry.name : `${inner}/${entry.name}`
      const found = await describe(join(path, name), entry)
      if (found === 'folder') below.push(name)
      else if (members.push({ path: name, ...found }) > maxMembers)
        throw new ArchiveFault(
          `contains more than ${maxMembers} files.`,
          'Choose the folder that directly contains the data set.',
        )
    }
    if (depth < maxDepth) for (const name of below) await visit(name, depth + 1).catch(skipUnreadable)
  }
  await visit('', 0)
  return members
}

/** Skips a subfolder that cannot be read; other errors are thrown. */
function skipUnreadable(error: unknown): void {
  if (!['EACCES', 'EPERM', 'ENOENT'].includes(codeOf(error) ?? '')) throw error
}

async function describe(path: string, entry: Dirent): Promise<'folder' | Omit<Member, 'path'>> {
  if (entry.isDirectory()) return 'folder'
  const info = await stat(path).catch((error: unknown) => codeOf(error) ?? 'unknown')
  if (typeof info === 'string')
    return {
      size: 0,
      problem: info === 'ENOENT' ? 'is a link to a file that does not exist' : `cannot be read (${info})`,
    }
  if (info.isDirectory()) return 'folder'
  // Reading a pipe or a device could wait forever.
  return info.isFile() ? { size: info.size, problem: null } : { size: 0, problem: 'is not a file' }
}

/** Reads these members of a folder. @throws ArchiveFault, and what the visitor throws */
export async function readFolder(members: readonly Member[], options: ReadOptions, visitor: Visitor): Promise<void> {
  for (const member of members) {
    options.signal?.throwIfAborted()
    const sink = visitor.open(member)
    if (!sink) continue
    const handle = await open(join(options.path, member.path), 'r').catch((error: unknown) => {
      throw new ArchiveFault(
        `contains ${member.path}, which cannot be read (${codeOf(error) ?? 'unknown'}).`,
        'Change its permissions.',
      )
    })
    let got = 0
    try {
      for await (const chunk of handle.createReadStream({
        highWaterMark: chunkSize,
        autoClose: false,
      }) as AsyncIterable<Buffer>) {
        options.signal?.throwIfAborted()
        got += chunk.length
        if (got > member.size) break
        options.onRead(chunk.length)
        sink.write(chunk)
      }
    } finally {
      await handle.close()
    }
    if (got !== member.size)
      throw new ArchiveFault(
        `contains ${member.path}, which changed from ${count(member.size)} bytes while it was read.`,
      )
    sink.end?.()
    await sink.settle?.()
  }
}
