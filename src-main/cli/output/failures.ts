/** What went wrong: an exit code, a sentence on standard error and, with --json, a document on standard output. */
import type { Command, CommanderError } from 'commander'
import { toErrorValue, WorkbenchError, type ErrorCode } from '../../contract/errors'
import { interruptedCode } from '../interruption'
import { oneLine, say, writeJson } from './output'

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
  exists: wrongUse,
  conflict: 1,
  unavailable: 1,
  damaged: 1,
  cancelled: interruptedCode,
  internal: 1,
}

/** The arguments are not what a command takes, as commander sees it. */
export class UsageError extends Error {
  /** @param command that was named */
  constructor(
    readonly of: CommanderError,
    readonly command: Command,
  ) {
    super(of.message)
  }
}

/**
 * Reports what went wrong, unless that has been done. Returns the exit code.
 * @param command that ran
 */
export function report(thrown: unknown, command: Command, json: boolean): number {
  if (thrown instanceof Failed) return thrown.code
  // Help and version that were asked for have been printed.
  if (thrown instanceof UsageError && thrown.of.exitCode === 0) return 0
  const { code, message, fix } = errorOf(thrown, command)
  if (json) writeJson({ error: { code, message, fix } })
  say(`mcnn: ${fix === null ? message : `${message} ${fix}`}`)
  return codes[code]
}

interface ReportedError {
  code: ErrorCode
  message: string
  fix: string | null
}

function errorOf(thrown: unknown, command: Command): ReportedError {
  if (thrown instanceof UsageError) {
    const message = oneLine(thrown.of.message).replace(/^error: /, '')
    return { code: 'bad-input', message: /[.?)]$/.test(message) ? message : `${message}.`, fix: helpOf(thrown.command) }
  }
  const { code, message, fix, field } = toErrorValue(thrown)
  const way =
    code === 'exists'
      ? 'Choose another name, or add --force to replace it.'
      : code === 'bad-input'
        ? (fix ?? helpOf(command))
        : fix
  return { code, message: oneLine(withFlag(message, field, command)), fix: way === undefined ? null : oneLine(way) }
}

/** A parameter of a call goes by the name of the flag that it came from. */
function withFlag(message: string, field: string | undefined, command: Command): string {
  const flag = command.options.find((option) => option.attributeName() === field)?.long
  if (field === undefined || !message.startsWith(`${field}: `)) return message
  return `${flag ?? field}${message.slice(field.length).replace(/[^.]$/, '$&.')}`
}

/** Returns 'mcnn runs list'. */
export function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`
}

function helpOf(command: Command): string {
  return `\`${nameOf(command)} --help\` lists what it takes.`
}

export function usageError(message: string, fix?: string): WorkbenchError {
  return new WorkbenchError('bad-input', message, { fix })
}
