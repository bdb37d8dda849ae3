/**
 * Errors that a user can act on. They cross process borders as plain values: a code for programs, a sentence for people
 * and, if there is one, a way out.
 */
import { z } from 'zod'

export const errorCodes = [
  'bad-input', // invalid input: a form field, a flag, a config
  'not-found', // no such run, study, data set, layer
  'bad-data', // a file is truncated, foreign or corrupt
  'conflict', // the thing exists, but is in a state that forbids the call
  'exists', // an output would replace something, and that was not allowed
  'unavailable', // something on the machine is missing: runtime, disk, device
  'damaged', // the history is corrupt; it was not touched and can be repaired
  'cancelled', // the caller cancelled it
  'internal', // a bug
] as const
export type ErrorCode = (typeof errorCodes)[number]

export const errorValue = z.object({
  code: z.enum(errorCodes),
  message: z.string().max(4000),
  /** What to do about it, as a sentence. */
  fix: z.string().max(4000).optional(),
  /** The form field or flag that is wrong, as a dotted path into the call's parameters. */
  field: z.string().max(200).optional(),
})
export type ErrorValue = z.infer<typeof errorValue>

/** For a `fix`. The command line adds the flag that chooses the directory; the window has a button and a dialog. */
export const anotherDataDir = 'another data directory'

/** An expected error, shown to the user without a stack trace. */
export class WorkbenchError extends Error {
  readonly code: ErrorCode
  readonly fix: string | undefined
  readonly field: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { fix?: string | undefined; field?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'WorkbenchError'
    this.code = code
    this.fix = options.fix
    this.field = options.field
  }

  toValue(): ErrorValue {
    return {
      code: this.code,
      message: this.message,
      ...(this.fix === undefined ? {} : { fix: this.fix }),
      ...(this.field === undefined ? {} : { field: this.field }),
    }
  }
}

/** Returns anything thrown as an error value; unexpected errors are `internal`. */
export function toErrorValue(thrown: unknown): ErrorValue {
  if (thrown instanceof WorkbenchError) return thrown.toValue()
  if (thrown instanceof z.ZodError) return issuesToErrorValue(thrown)
  return { code: 'internal', message: messageOf(thrown) }
}

/** Returns an error from another process as an Error to throw here. */
export function fromErrorValue({ code, message, fix, field }: ErrorValue): WorkbenchError {
  return new WorkbenchError(code, message, { fix, field })
}

/** Returns the message of anything thrown, without its stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** Returns the system's error code that Node reports, such as ENOENT; null for other errors. */
export function codeOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : null
}

function issuesToErrorValue(error: z.ZodError): ErrorValue {
  const issue = error.issues[0]
  const field = issue ? issue.path.join('.') : ''
  const words = issue && issueWords(issue)
  const message = words === undefined ? 'The input is not valid.' : field ? `${field}: ${words}` : words
  return { code: 'bad-input', message, ...(field ? { field } : {}) }
}

const units: Record<string, string> = { string: ' characters', array: ' entries', set: ' entries', object: ' entries' }

/** Returns a schema's own message, or what a check without one allows. */
function issueWords(issue: z.core.$ZodIssue): string {
  if (!/^(Too |Invalid |Unrecognized )/.test(issue.message)) return issue.message
  switch (issue.code) {
    case 'too_big':
      return `${issue.inclusive === false ? 'below' : 'at most'} ${issue.maximum}${units[issue.origin] ?? ''}`
    case 'too_small':
      return `${issue.inclusive === false ? 'above' : 'at least'} ${issue.minimum}${units[issue.origin] ?? ''}`
    case 'invalid_type':
      return `must be ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    case 'unrecognized_keys':
      return `has no ${issue.keys.join(', ')}`
    default:
      return 'is not valid'
  }
}
