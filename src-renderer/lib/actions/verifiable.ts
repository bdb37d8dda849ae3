/** Texts of a verification. Pure. */
import { extentWords, verifiedKinds } from '../../../src-main/analysis/studies/verification'
import { secondsAgain } from '../../../src-main/analysis/studies/verificationTime'
import { sharedWords } from '../../../src-main/analysis/text/timing'
import { endedStates, type HistoryEvent, type RunSummary, type Verifiable } from '../../../src-main/contract'
import { count, duration, plural } from '../format'

/** A run that ended within its first epoch may have sampled steps: only the service knows. */
export function canVerify(run: Pick<RunSummary, 'state' | 'startedAt'>): boolean {
  return endedStates.includes(run.state) && run.startedAt !== null
}

/** Above this duration, only a part of the run is suggested, of about `partSeconds`. */
const longSeconds = 600
const partSeconds = 120

/** Returns the number of epochs to suggest; null: all. */
export function offeredEpochs(plan: Verifiable): number | null {
  const all = secondsAgain(plan, null)
  if (all === null || all <= longSeconds || plan.epochSeconds === null || plan.epochs < 2) return null
  return Math.min(plan.epochs - 1, Math.max(1, Math.floor(partSeconds / plan.epochSeconds)))
}

/** 'all 200 epochs'; for an unfinished run 'all recorded: 12 epochs' */
export function wholeWords({ extent, epochs, steps }: Pick<Verifiable, 'extent' | 'epochs' | 'steps'>): string {
  if (extent === 'whole') return extentWords({ extent, epochs, steps })
  return `all recorded: ${extent === 'epochs' ? plural(epochs, 'epoch') : `${count(steps)} steps`}`
}

/** Returns the expected duration and its basis. */
export function timeWords(plan: Verifiable, epochs: number | null): string {
  const seconds = secondsAgain(plan, epochs)
  if (seconds === null) return 'Duration unknown: no epoch was timed.'
  const where = plan.trainedOn === null ? 'in the original training' : `on ${plan.trainedOn}`
  const shared = plan.sharedMachine ? `, ${sharedWords}` : ''
  if (plan.here === true) return `About ${duration(seconds)}, as in the original training${shared}.`
  return `It took about ${duration(seconds)} ${where}${shared}; ${plan.here === false ? 'this machine has a different CPU, so the last bits may differ' : 'it may take longer here'}.`
}

/** Returns the newest verdict among a run's events; null if it was never verified. */
export function lastVerdict(
  events: readonly HistoryEvent[],
): { same: boolean; whole: boolean; at: string; message: string } | null {
  const kinds: readonly string[] = Object.values(verifiedKinds)
  const event = events.findLast((one) => kinds.includes(one.kind))
  return event
    ? { same: event.level === 'info', whole: event.kind === verifiedKinds.whole, at: event.at, message: event.message }
    : null
}
