/** Estimates how long a verification takes. Pure. */
import type { Verifiable } from '../../contract/publish/verification'

/**
 * Estimates the seconds to train a run again from its own times; null if too few were recorded.
 * @param epochs the first epochs; null: all of them
 */
export function secondsAgain(
  {
    epochs: all,
    startupSeconds,
    epochSeconds,
    restSeconds,
  }: Pick<Verifiable, 'epochs' | 'startupSeconds' | 'epochSeconds' | 'restSeconds'>,
  epochs: number | null,
): number | null {
  if (epochSeconds === null) return all > 0 || epochs !== null ? null : startupSeconds + restSeconds
  return startupSeconds + (epochs ?? all) * epochSeconds + (epochs === null ? restSeconds : 0)
}

/** Returns the seconds for `rest` more steps from the time that `done` took; null before that is meaningful. */
export function secondsLeft(done: number, rest: number, seconds: number): number | null {
  return done < 1 || seconds < 1 ? null : (rest * seconds) / done
}

/**
 * Estimates the remaining time of a task from its progress, starting at the first reported step: seconds, null before
 * they can be estimated.
 */
export function remaining(): (done: number, total: number) => number | null {
  let since: { at: number; done: number } | null = null
  return (done, total) => {
    const now = performance.now()
    if (total > 0) since ??= { at: now, done }
    return since && secondsLeft(done - since.done, total - done, (now - since.at) / 1000)
  }
}
