/** What went wrong, as an exit code and one line. */
import { CommanderError } from 'commander'
import { toErrorValue, WorkbenchError, type ErrorCode } from '../contract/errors'
import { interruptedCode } from './interruption'
import { oneLine, say } from './output'

/** Done, but not well: what there is to say has been said. */
export class Failed extends Error {
  constructor(readonly code: 1 | typeof interruptedCode = 1) {
    super('failed')
  }
}

const wrongUse = 2
const codes: Record<ErrorCode, number> = {
  'bad-input': wrongUse,
  'not-found': wrongUse,
  'bad-data': wrongUse,
  conflict: 1,
  unavailable: 1,
  damaged: 1,
  cancelled: interruptedCode,
  internal: 1,
}

/** Says what went wrong, where that has not been done. @returns the exit code */
export function report(thrown: unknown): number {
  if (thrown instanceof Failed) return thrown.code
  if (thrown instanceof CommanderError) return reportUsage(thrown)
  const error = toErrorValue(thrown)
  say(`mcnn: ${oneLine(`${error.message} ${error.fix ?? ''}`)}`)
  return codes[error.code]
}

function reportUsage(error: CommanderError): number {
  // Help and version that were asked for have been printed.
  if (error.exitCode === 0) return 0
  say(`mcnn: ${oneLine(error.message).replace(/^error: /, '')}`)
  return wrongUse
}

export function usageError(message: string, fix?: string): WorkbenchError {
  return new WorkbenchError('bad-input', message, { fix })
}
