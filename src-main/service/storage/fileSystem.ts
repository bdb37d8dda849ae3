/** The file system of a folder. */
import { readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'

/** File systems that other machines can change at the same time; SQLite's locks are not reliable on them. */
const networked =
  /^(nfs\d?|cifs|smb\d?|smbfs|lustre|gpfs|beegfs|ceph|afs|glusterfs|ocfs2|gfs2|pvfs2|orangefs|fuse\.(sshfs|glusterfs|ceph.*|beegfs.*|lustre.*))$/

/** Returns the name of the network file system that holds a folder; null if it is a local one or unknown. */
export function networkFileSystem(folder: string): string | null {
  try {
    const type = fileSystemOf(existing(folder), readFileSync('/proc/self/mounts', 'utf8'))
    return type !== null && networked.test(type) ? type : null
  } catch {
    // Another system than Linux.
    return null
  }
}

/**
 * @param folder an absolute path without links
 * @param mounts the text of /proc/self/mounts
 * @returns the type of the file system with the longest mount point above the folder; null if there is none
 */
export function fileSystemOf(folder: string, mounts: string): string | null {
  let found: { length: number; type: string } | null = null
  for (const line of mounts.split('\n')) {
    const [, escaped, type] = line.split(' ')
    if (escaped === undefined || type === undefined) continue
    const mount = escaped.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))
    const isAbove = folder === mount || folder.startsWith(mount.endsWith('/') ? mount : `${mount}/`)
    // A later mount hides an earlier one of the same place.
    if (isAbove && mount.length >= (found?.length ?? 0)) found = { length: mount.length, type }
  }
  return found?.type ?? null
}

/** Returns the nearest folder that exists, without links: the data directory may not have been created yet. */
function existing(folder: string): string {
  try {
    return realpathSync(folder)
  } catch (thrown) {
    const above = path.dirname(folder)
    if (above === folder) throw thrown
    return existing(above)
  }
}
