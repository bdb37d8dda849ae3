import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../../contract/errors'

const diskCodes = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'ENOENT', 'ENODEV', 'ENXIO']

/**
 * Writes what ends a run as soon as the disk takes it: hours of training must not fail for want of room.
 * @param stopped whether somebody wants the run to end meanwhile: then the disk's error is thrown
 * @param tell is called once, with why it waits
 */
export async function whenTheDiskTakes<T>(
  write: () => T | Promise<T>,
  stopped: () => boolean,
  tell: (why: string) => void,
  retryMs = 2000,
): Promise<T> {
  for (let told = false; ;) {
    try {
      return await write()
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
      if (!diskCodes.includes(code) || stopped()) throw thrown
      if (!told) tell(messageOf(thrown))
      told = true
      await wait(retryMs)
    }
  }
}
