/** Reports a failure: an exit code, a sentence on standard error and, with --json, a document on standard output. */
import type { Command, CommanderError } from 'commander'
import { anotherDataDir, toErrorValue, WorkbenchError, type ErrorCode } from '../../contract/errors'
import { interruptedCode } from '../interruption'
import { oneLine, log, writeJson } from './output'

/** The command ended with exit code 1 and has already printed the reason. */
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

/** Returns the error for arguments that commander rejected. */
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
 * Reports an error, unless it was already reported. Returns the exit code.
 * @param command the command that ran
 */
export function report(thrown: unknown, command: Command, json: boolean): number {
  if (thrown instanceof Failed) return thrown.code
  // Commander has already printed the requested help or version.
  if (thrown instanceof UsageError && thrown.of.exitCode === 0) return 0
  const { code, message, fix } = errorOf(thrown, command)
  if (json) writeJson({ error: { code, message, fix } })
  log(`mcnn: ${fix === null ? message : `${message} ${fix}`}`)
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
  return {
    code,
    message: oneLine(withFlag(message, field, command)),
    fix: way === undefined ? null : oneLine(withDataDirFlag(way)),
  }
}

/** Replaces the name of a call's parameter by the flag that it came from. */
function withFlag(message: string, field: string | undefined, command: Command): string {
  const flag = command.options.find((option) => option.attributeName() === field)?.long
  if (field === undefined || !message.startsWith(`${field}: `)) return message
  return `${flag ?? field}${message.slice(field.length).replace(/[^.]$/, '$&.')}`
}

function withDataDirFlag(fix: string): string {
  return fix.replace(anotherDataDir, `${anotherDataDir} with --data-dir or MCNN_DATA_DIR`)
}

/** Returns 'mcnn runs list'. */
export function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`
}

function helpOf(command: Command): string {
  return `\`${nameOf(command)} --help\` lists its options.`
}

export function usageError(message: string, fix?: string): WorkbenchError {
  return new WorkbenchError('bad-input', message, { fix })
}
