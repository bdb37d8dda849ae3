import { afterEach, expect, it, vi } from 'vitest'
import { endSignals } from '../system/signals'
import { interruption, interruptionCause, takeSignals } from './interruption'

const before = new Map(endSignals.map((signal) => [signal, process.listeners(signal)]))

afterEach(() => {
  for (const [signal, kept] of before)
    for (const listener of process.listeners(signal)) if (!kept.includes(listener)) process.off(signal, listener)
  vi.restoreAllMocks()
  vi.useRealTimers()
})

it('stops cleanly at the first signal, treats a repeated one as the same request, and exits at the next Ctrl-C', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  takeSignals()
  const receive = (signal: 'SIGINT' | 'SIGTERM' | 'SIGUSR1'): void =>
    process
      .listeners(signal)
      .filter((listener) => before.get(signal)?.includes(listener) === false)
      .forEach((listener) => listener(signal))
  receive('SIGUSR1')
  expect(interruption.aborted).toBe(true)
  expect(interruptionCause()).toBe('SIGUSR1')
  vi.advanceTimersByTime(20)
  receive('SIGUSR1')
  vi.advanceTimersByTime(1000)
  // A job scheduler sends a warning and then ends the job: the stop that the warning started continues.
  receive('SIGTERM')
  expect(exit).not.toHaveBeenCalled()
  expect(interruptionCause()).toBe('SIGUSR1')
  receive('SIGINT')
  expect(exit).toHaveBeenCalledWith(130)
})
