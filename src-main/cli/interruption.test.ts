import { afterEach, expect, it, vi } from 'vitest'
import { interruption, takeSignals } from './interruption'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]))

afterEach(() => {
  for (const [signal, kept] of before)
    for (const listener of process.listeners(signal)) if (!kept.includes(listener)) process.off(signal, listener)
  vi.restoreAllMocks()
  vi.useRealTimers()
})

it('asks once, takes a repeated signal for the same press, and ends at the next one', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  takeSignals()
  const [press] = process.listeners('SIGINT').filter((listener) => before.get('SIGINT')?.includes(listener) === false)
  press?.('SIGINT')
  expect(interruption.aborted).toBe(true)
  vi.advanceTimersByTime(20)
  press?.('SIGINT')
  expect(exit).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1000)
  press?.('SIGINT')
  expect(exit).toHaveBeenCalledWith(130)
})
