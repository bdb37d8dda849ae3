/** What can be wrong with a place that the user asked something to be written to, in sentences. */
import { WorkbenchError } from '../contract/errors'
import { pathProblem, shownPath } from './pathProblems'

/** Returns the error for a failed write to `target`; an expected error and a cancellation pass as they are. */
export function outputError(target: string, cause: unknown): unknown {
  if (cause instanceof WorkbenchError || (cause instanceof Error && cause.name === 'AbortError')) return cause
  const { code, reason, fix } = pathProblem(cause)
  return new WorkbenchError(code, `Cannot write ${shownPath(target)}: ${reason}.`, { fix, field: 'path', cause })
}

/** The target exists and was not to be replaced. */
export function targetExists(target: string): WorkbenchError {
  return new WorkbenchError('exists', `${shownPath(target)} exists already.`, {
    fix: 'Choose another name.',
    field: 'path',
  })
}

/** The target is nothing that can be written to, whatever the user allows. */
export function badTarget(message: string, fix: string): WorkbenchError {
  return new WorkbenchError('bad-input', message, { fix, field: 'path' })
}
