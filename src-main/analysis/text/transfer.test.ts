import { expect, it } from 'vitest'
import { transferWords } from './transfer'

it('states the transferred size, the speed and the remaining time', () => {
  expect(transferWords({ done: 34e6, total: 170052171, bytesPerSecond: 5.23e6, etaSeconds: 26.02 })).toBe(
    '34.0 of 170.1 MB · 5.2 MB/s · 26 s left',
  )
  expect(transferWords({ done: 0, total: 170052171, bytesPerSecond: 12_345, etaSeconds: 13_775 })).toBe(
    '0.0 of 170.1 MB · 12 kB/s · 3 h 49 min left',
  )
  expect(transferWords({ done: 34e6, total: 170052171, bytesPerSecond: null, etaSeconds: null })).toBe(
    '34.0 of 170.1 MB',
  )
  // No progress: no speed and no remaining time.
  expect(transferWords({ done: 1e6, total: 2e6, bytesPerSecond: 0, etaSeconds: null })).toBe('1.0 of 2.0 MB · 0 kB/s')
})
