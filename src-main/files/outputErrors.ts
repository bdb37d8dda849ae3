/** Describes errors of an output path that the user gave. */
import { WorkbenchError } from '../contract/errors'
import { pathProblem, shownPath } from './pathProblems'

/** Returns the error of a failed write to `target`; expected errors and cancellations are unchanged. */
export function outputError(target: string, cause: unknown): unknown {
  if (cause instanceof WorkbenchError || (cause instanceof Error && cause.name === 'AbortError')) return cause
  const { code, reason, fix } = pathProblem(cause)
  return new WorkbenchError(code, `Cannot write ${shownPath(target)}: ${reason}.`, { fix, field: 'path', cause })
}

/** The target exists and must not be replaced. */
export function targetExists(target: string): WorkbenchError {
  return new WorkbenchError('exists', `${shownPath(target)} exists already.`, {
    fix: 'Choose another name.',
    field: 'path',
  })
}

/** The target can never be written to. */
export function badTarget(message: string, fix: string): WorkbenchError {
  return new WorkbenchError('bad-input', message, { fix, field: 'path' })
}
