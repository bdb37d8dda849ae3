/**
 * Reasons why a run or process ended: one sentence per cause, for the history, the window and the command line. Pure.
 */
import { z } from 'zod'

export const endSignal = z.enum(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'])
export type EndSignal = z.infer<typeof endSignal>

const signals: Record<EndSignal, string> = {
  SIGINT: 'by Ctrl-C (SIGINT)',
  SIGTERM: 'by SIGTERM, which kill, a job scheduler or a system shutdown sends',
  SIGHUP: 'by SIGHUP, which a closed terminal sends',
  SIGUSR1: 'by SIGUSR1, which a job scheduler sends before its time limit',
}

/** Causes that stop a run while its program keeps running. */
export const stopCause = z.enum(['window', 'command', 'trash', ...endSignal.options])
export type StopCause = z.infer<typeof stopCause>

const stops: Record<StopCause, string> = {
  window: 'in the window',
  command: 'with `mcnn runs stop`',
  trash: 'because it was moved to the trash',
  ...signals,
}

/** Causes that close a program while it has runs. `lost`: the window's process disappeared without a message. */
export const closeCause = z.enum(['closed', 'shutdown', 'lost', ...endSignal.options])
export type CloseCause = z.infer<typeof closeCause>

const closes: Record<CloseCause, string> = {
  closed: 'the program was closed',
  shutdown: 'the system shut down',
  lost: 'the window ended unexpectedly',
  SIGINT: `the program was stopped ${signals.SIGINT}`,
  SIGTERM: `the program was stopped ${signals.SIGTERM}`,
  SIGHUP: `the program was stopped ${signals.SIGHUP}`,
  SIGUSR1: `the program was stopped ${signals.SIGUSR1}`,
}

const killed = 'The trainer did not stop in time and was killed: the run resumes from its last checkpoint.'
const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Reason of a run that trained and was stopped between two steps, or whose trainer had to be killed. */
export function stoppedReason(cause: StopCause, inTime = true): string {
  return `Stopped ${stops[cause]}.${inTime ? '' : ` ${killed}`}`
}

/** Reason of a run that was in the queue. */
export function cancelledReason(cause: StopCause): string {
  return `Stopped ${stops[cause]}, before it started.`
}

/** Reason of a run that trained while its program closed. */
export function closedReason(cause: CloseCause, inTime = true): string {
  return `${upper(closes[cause])} while this run trained.${inTime ? '' : ` ${killed}`}`
}

/** Reason of a run that was in the queue while its program closed. */
export function heldReason(cause: CloseCause): string {
  return `On hold: ${closes[cause]} before this run started. Resume the run or its study.`
}

/** Reason of a run whose program disappeared. @param restarted whether the system was restarted meanwhile */
export function vanishedReason(restarted: boolean): string {
  return restarted
    ? 'The system was restarted or lost power while this run trained.'
    : 'The program that trained it ended unexpectedly.'
}

export const vanishedHeldReason = 'On hold: the program ended before this run started. Resume the run or its study.'

/** How a child process ended. */
export interface ProcessEnd {
  code: number | null
  signal: string | null
  /** Why it could not be started at all. */
  startError: string | null
}

const nativeCrashes: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS']

/** Reason of a process that ended before it had finished; without a full stop. */
export function processReason(name: 'trainer' | 'service', { code, signal, startError }: ProcessEnd): string {
  if (startError !== null) return `The ${name} could not be started: ${startError}`
  if (signal === 'SIGKILL') return `The ${name} was killed (SIGKILL); the system may have run out of memory`
  if (signal === 'SIGABRT') return `The ${name} was aborted in native code (SIGABRT)`
  if (signal !== null && nativeCrashes.includes(signal)) return `The ${name} crashed in native code (${signal})`
  if (signal !== null) return `The ${name} was ended from outside (${signal})`
  if (code === 0) return `The ${name} ended without a result`
  return `The ${name} ended with exit code ${code ?? 'unknown'}`
}
