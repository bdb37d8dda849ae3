import { expect, it, vi } from 'vitest'
import { retryWhileDiskUnavailable } from './diskRetry'

const failing = (code: string) => Object.assign(new Error(code), { code })

it('retries while the disk is full, reports the wait once, and rejects with other errors and after a stop', async () => {
  const write = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(failing('ENOSPC'))
    .mockRejectedValueOnce(failing('EIO'))
    .mockResolvedValue('sum')
  const reports: string[] = []
  expect(
    await retryWhileDiskUnavailable(
      write,
      () => false,
      (why) => reports.push(why),
      1,
    ),
  ).toBe('sum')
  expect(write).toHaveBeenCalledTimes(3)
  expect(reports).toEqual(['ENOSPC'])
  await expect(
    retryWhileDiskUnavailable(
      () => Promise.reject(failing('EINVAL')),
      () => false,
      () => undefined,
      1,
    ),
  ).rejects.toThrow('EINVAL')
  let stops = 0
  await expect(
    retryWhileDiskUnavailable(
      () => Promise.reject(failing('ENOSPC')),
      () => ++stops > 2,
      () => undefined,
      1,
    ),
  ).rejects.toThrow('ENOSPC')
})
