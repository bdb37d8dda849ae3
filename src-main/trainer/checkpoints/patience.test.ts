import { expect, it, vi } from 'vitest'
import { whenTheDiskTakes } from './patience'

const failing = (code: string) => Object.assign(new Error(code), { code })

it('writes when there is room, says once that it waits, and gives up where the fault is another or the run is stopped', async () => {
  const write = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(failing('ENOSPC'))
    .mockRejectedValueOnce(failing('EIO'))
    .mockResolvedValue('sum')
  const told: string[] = []
  expect(
    await whenTheDiskTakes(
      write,
      () => false,
      (why) => told.push(why),
      1,
    ),
  ).toBe('sum')
  expect(write).toHaveBeenCalledTimes(3)
  expect(told).toEqual(['ENOSPC'])
  await expect(
    whenTheDiskTakes(
      () => Promise.reject(failing('EINVAL')),
      () => false,
      () => undefined,
      1,
    ),
  ).rejects.toThrow('EINVAL')
  let stops = 0
  await expect(
    whenTheDiskTakes(
      () => Promise.reject(failing('ENOSPC')),
      () => ++stops > 2,
      () => undefined,
      1,
    ),
  ).rejects.toThrow('ENOSPC')
})
