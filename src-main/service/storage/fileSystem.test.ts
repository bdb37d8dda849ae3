import { describe, expect, it } from 'vitest'
import { fileSystemOf, networkFileSystem } from './fileSystem'

const mounts = `/dev/vda / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
//nas/share /mnt/with\\040blank cifs rw 0 0
10.0.0.1@tcp:/scratch /scratch lustre rw 0 0
/dev/vdb /scratch/local ext4 rw 0 0
`

describe('the file system of a folder', () => {
  it.each([
    ['/var/data', 'ext4'],
    ['/home/ada/data', 'nfs4'],
    ['/home', 'nfs4'],
    ['/homes/ada', 'ext4'],
    ['/mnt/with blank/data', 'cifs'],
    ['/scratch/ada', 'lustre'],
    ['/scratch/local/ada', 'ext4'],
  ])('%s is %s', (folder, type) => {
    expect(fileSystemOf(folder, mounts)).toBe(type)
  })

  it('is that of the mount that hides an earlier one', () => {
    expect(fileSystemOf('/home/ada', `${mounts}tmpfs /home tmpfs rw 0 0\n`)).toBe('tmpfs')
  })

  it('is a local one for a folder that does not exist yet', () => {
    expect(networkFileSystem('/tmp/not/there/yet')).toBeNull()
  })
})
