import { describe, expect, it } from 'vitest'
import { exitReason } from './exitReason'

describe('the reason of an exit', () => {
  const end = { code: null, signal: null, startError: null, output: [] }
  it.each([
    [{ ...end, code: 3 }, 'The trainer ended with exit code 3.'],
    [{ ...end, code: 0 }, 'The trainer ended without a result.'],
    [{ ...end, code: 1, output: ['a', 'the last'] }, 'The trainer ended with exit code 1. Its last words: the last'],
    [
      { ...end, signal: 'SIGKILL' as const, output: ['unrelated'] },
      'The trainer was killed (SIGKILL); the system may have run out of memory.',
    ],
    [
      {
        ...end,
        code: 1,
        output: ['the last', 'I0000 00:00:1795447937.124070   27075 port.cc:153] oneDNN custom operations are on.'],
      },
      'The trainer ended with exit code 1. Its last words: the last',
    ],
    [{ ...end, signal: 'SIGABRT' as const }, 'The trainer was aborted in native code (SIGABRT).'],
    [{ ...end, signal: 'SIGSEGV' as const }, 'The trainer crashed in native code (SIGSEGV).'],
    [{ ...end, signal: 'SIGTERM' as const }, 'The trainer was ended from outside (SIGTERM).'],
    [{ ...end, startError: new Error('spawn EAGAIN') }, 'The trainer could not be started: spawn EAGAIN.'],
  ])('is derived from %j', (given, expected) => {
    expect(exitReason(given)).toBe(expected)
  })
})
