import { setTimeout as wait } from 'node:timers/promises'
import { codeOf, messageOf } from '../../contract/errors'

const diskCodes = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'ENOENT', 'ENODEV', 'ENXIO']

/** Returns whether an error means that the disk is full, missing or failing. */
export function isDiskError(thrown: unknown): boolean {
  return diskCodes.includes(codeOf(thrown) ?? '')
}

/**
 * Repeats a write until the disk accepts it: hours of training must not be lost because a disk is full.
 * @param stopped whether the run has to end: then the error of the disk is thrown
 * @param onWait called once, with the reason for waiting
 */
export async function retryWhileDiskUnavailable<T>(
  write: () => T | Promise<T>,
  stopped: () => boolean,
  onWait: (why: string, thrown: unknown) => void,
  retryMs = 2000,
): Promise<T> {
  for (let isReported = false; ;) {
    try {
      return await write()
    } catch (thrown) {
      if (!isDiskError(thrown) || stopped()) throw thrown
      if (!isReported) onWait(messageOf(thrown), thrown)
      isReported = true
      await wait(retryMs)
    }
  }
}
