import { setTimeout as wait } from 'node:timers/promises'
import { codeOf, messageOf } from '../../contract/errors'

const diskCodes = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'ENOENT', 'ENODEV', 'ENXIO']

/** Whether an error says that the disk is full, gone or failing. */
export function isDiskError(thrown: unknown): boolean {
  return diskCodes.includes(codeOf(thrown) ?? '')
}

/**
 * Writes what ends a run as soon as the disk takes it: hours of training must not fail for want of room.
 * @param stopped whether somebody wants the run to end meanwhile: then the disk's error is thrown
 * @param tell is called once, with why it waits
 */
export async function whenTheDiskTakes<T>(
  write: () => T | Promise<T>,
  stopped: () => boolean,
  tell: (why: string, thrown: unknown) => void,
  retryMs = 2000,
): Promise<T> {
  for (let told = false; ;) {
    try {
      return await write()
    } catch (thrown) {
      if (!isDiskError(thrown) || stopped()) throw thrown
      if (!told) tell(messageOf(thrown), thrown)
      told = true
      await wait(retryMs)
    }
  }
}
