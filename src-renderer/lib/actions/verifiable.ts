/** What is said of a verification before and after it. Pure. */
import { extentWords, secondsAgain, verifiedKinds } from '../../../src-main/analysis/studies/verification'
import { endedStates, type HistoryEvent, type RunSummary, type Verifiable } from '../../../src-main/contract'
import { count, duration, plural } from '../format'

/** A run that ended within its first epoch may have sampled steps: that the service knows. */
export function canVerify(run: Pick<RunSummary, 'state' | 'startedAt'>): boolean {
  return endedStates.includes(run.state) && run.startedAt !== null
}

/** Above this, a part of the run is offered first, as long as `partSeconds`. */
const longSeconds = 600
const partSeconds = 120

/** How many epochs are offered at first; null: all. */
export function offeredEpochs(plan: Verifiable): number | null {
  const all = secondsAgain(plan, null)
  if (all === null || all <= longSeconds || plan.epochSeconds === null || plan.epochs < 2) return null
  return Math.min(plan.epochs - 1, Math.max(1, Math.floor(partSeconds / plan.epochSeconds)))
}

/** 'all 200 epochs'; of a run that is not done, 'as far as it came: 12 epochs' */
export function wholeWords({ extent, epochs, steps }: Pick<Verifiable, 'extent' | 'epochs' | 'steps'>): string {
  if (extent === 'whole') return extentWords({ extent, epochs, steps })
  return `as far as it came: ${extent === 'epochs' ? plural(epochs, 'epoch') : `${count(steps)} steps`}`
}

/** How long it takes, and what that is told from. */
export function timeWords(plan: Verifiable, epochs: number | null): string {
  const seconds = secondsAgain(plan, epochs)
  if (seconds === null) return 'How long it takes can’t be told: no epoch of it was timed.'
  const where = plan.trainedOn === null ? 'when it was trained' : `on ${plan.trainedOn}`
  if (plan.here === true) return `About ${duration(seconds)}, as when it was trained.`
  return `It took about ${duration(seconds)} ${where}; ${plan.here === false ? 'this machine has another processor, on which the last bits may come out differently' : 'here it may take another time'}.`
}

/** The newest verdict among a run's events; null where it was never verified. */
export function lastVerdict(
  events: readonly HistoryEvent[],
): { same: boolean; whole: boolean; at: string; message: string } | null {
  const kinds: readonly string[] = Object.values(verifiedKinds)
  const event = events.findLast((one) => kinds.includes(one.kind))
  return event
    ? { same: event.level === 'info', whole: event.kind === verifiedKinds.whole, at: event.at, message: event.message }
    : null
}
