/** Runs the contenders alternately, one at a time, so that they never compete with each other. */
import { setTimeout } from 'node:timers/promises'
import { median } from '../src-main/analysis/statistics/statistics'
import { messageOf } from '../src-main/contract/errors'
import type { BenchWorker } from '../src-main/service/machine/benchWorker'
import { idOf, type Contender } from './contenders'
import type { Measured } from './measures'

/** Pause after each request: threads may spin for a moment before they sleep. */
const restMs = 50

export interface Entrant {
  contender: Contender
  worker: BenchWorker
}

export interface Outcome {
  /** Contenders that completed all rounds. */
  measured: Measured[]
  failed: { contender: Contender; why: string }[]
}

/**
 * Starts and warms up one contender after the other, then runs the rounds, every second one in the opposite order. A
 * contender that fails is excluded, with all its results.
 */
export async function hold(
  entrants: readonly Entrant[],
  { rounds, steps, log }: { rounds: number; steps: number; log: (line: string) => void },
): Promise<Outcome> {
  const outcome: Outcome = { measured: [], failed: [] }
  const ready: (Entrant & { measured: Measured })[] = []
  const give = async (entrant: Entrant, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      const why = messageOf(error)
      outcome.failed.push({ contender: entrant.contender, why })
      entrant.worker.stop()
      log(`${idOf(entrant.contender)} is excluded: ${why}.`)
      return false
    }
  }
  try {
    for (const [i, entrant] of entrants.entries()) {
      const { contender, worker } = entrant
      const started = performance.now()
      await give(entrant, async () => {
        const { version, device } = await worker.start()
        ready.push({ ...entrant, measured: { contender, version, device, rounds: [] } })
        log(
          `${i + 1} of ${entrants.length}: ${idOf(contender)} is warm, on ${device}, in ${((performance.now() - started) / 1000).toFixed(0)} s`,
        )
      })
    }
    for (let round = 1; round <= rounds; round++) {
      const still = ready.filter(({ contender }) => !outcome.failed.some((f) => f.contender === contender))
      const order = round % 2 === 1 ? still : still.toReversed()
      const times: string[] = []
      for (const entrant of order) {
        await setTimeout(restMs)
        const fine = await give(entrant, async () => {
          // The first step of a request starts with cold caches.
          entrant.measured.rounds.push(await entrant.worker.runSteps(1, steps))
        })
        if (fine) times.push(`${idOf(entrant.contender)} ${median(entrant.measured.rounds.at(-1) ?? []).toFixed(0)}`)
      }
      log(`round ${round} of ${rounds}, ms a step: ${times.join(', ')}`)
    }
  } finally {
    for (const { worker } of entrants) worker.stop()
  }
  outcome.measured = ready.filter(({ measured }) => measured.rounds.length === rounds).map(({ measured }) => measured)
  return outcome
}
