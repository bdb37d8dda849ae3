import { describe, expect, it } from 'vitest'
import { endReason } from './serviceEnd'

const end = { code: null, signal: null, startError: null, lastWords: null }

describe('endReason', () => {
  it.each([
    [{ ...end, startError: 'spawn EACCES' }, 'The service could not be started: spawn EACCES.'],
    [
      { ...end, signal: 'SIGKILL', lastWords: 'x' },
      'The service was killed (SIGKILL); the system may have run out of memory.',
    ],
    [{ ...end, signal: 'SIGTERM' }, 'The service was ended from outside (SIGTERM).'],
    [
      { ...end, signal: 'SIGSEGV', lastWords: 'boom' },
      'The service crashed in native code (SIGSEGV). Its last output: boom',
    ],
    [{ ...end, code: 0 }, 'The service ended without a result.'],
    [{ ...end, code: 1, lastWords: 'Error: no' }, 'The service ended with exit code 1. Its last output: Error: no'],
    [{ ...end, code: 7 }, 'The service ended with exit code 7.'],
  ])('describes the end in words (%#)', (given, sentence) => {
    expect(endReason(given)).toBe(sentence)
  })
})
