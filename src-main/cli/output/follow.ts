/** Follows the runs that train in this process until the last one ends: as JSON lines, or as progress bars. */
import { runPickedOn } from '../../analysis/statistics/picked'
import { otherVerificationWords } from '../../analysis/text/queue'
import { endedStates } from '../../contract/runs/states'
import type { EpochMetrics } from '../../contract/runs/metrics'
import type { RunProgress, RunSummary } from '../../contract/runs/runs'
import type { Listeners, Service } from '../client'
import { Failed } from './failures'
import { interruptedCode, interruption, interruptionCause, onInterruption } from '../interruption'
import { log, writeJson } from './output'
import { TrainingProgress } from './progress'

export class Follower {
  readonly listeners: Listeners = {
    'system.condition': ({ disk, otherVerification }) => {
      if (otherVerification && !this.#isWaiting) log(otherVerificationWords)
      this.#isWaiting = otherVerification
      if (disk) log(`${disk.message} Training is on hold. ${disk.fix}`)
      else if (this.#onHold) log('The disk is writable again: training resumes.')
      this.#onHold = disk !== null
    },
    'run.changed': (run) => this.#whenFollowing(() => this.#changed(run)),
    'run.epoch': ({ runId, metrics }) => this.#whenFollowing(() => this.#epoch(runId, metrics)),
    'run.progress': (progress) => this.#whenFollowing(() => this.#progress(progress)),
    'run.deleted': ({ runId }) => this.#whenFollowing(() => this.#gone(runId)),
  }
  readonly #json: boolean
  #onHold = false
  #isWaiting = false
  /** Events that arrived before the runs to follow were known. */
  #early: (() => void)[] | null = []
  #bars: TrainingProgress | null = null
  readonly #open = new Map<string, { run: RunSummary; announced: boolean }>()
  readonly #ended = new Map<string, RunSummary>()
  #count = 0
  #finish: () => void = () => undefined

  constructor(json: boolean) {
    this.#json = json
  }

  /**
   * Follows the study's runs in this process until they end; an interruption stops them. Returns the ended runs,
   * without those that were deleted meanwhile.
   * @param only follows only these runs; default: all
   */
  async follow(service: Service, studyId: string, only?: readonly string[]): Promise<RunSummary[]> {
    const runs = (await service.call('studies.get', { id: studyId })).runs.filter(
      (run) => only?.includes(run.id) ?? true,
    )
    if (!this.#json) this.#bars = new TrainingProgress(runs.length)
    const finished = new Promise<void>((resolve) => (this.#finish = resolve))
    for (const run of runs) this.#open.set(run.id, { run, announced: false })
    const early = this.#early ?? []
    this.#early = null
    for (const event of early) event()
    for (const run of runs) this.#changed(run)
    // The stop may arrive when all runs have just ended.
    const release = onInterruption(
      () => void service.call('studies.stop', { id: studyId, cause: interruptionCause() }).catch(() => undefined),
    )
    try {
      await finished
    } finally {
      release()
      this.#bars?.end()
    }
    return [...this.#ended.values()]
  }

  #whenFollowing(event: () => void): void {
    if (this.#early) this.#early.push(event)
    else event()
  }

  #changed(run: RunSummary): void {
    const entry = this.#open.get(run.id)
    if (!entry) return
    entry.run = run
    // Runs that were cancelled in the queue never started: report only their end.
    const began = run.state !== 'queued' && (run.state !== 'stopped' || run.startedAt !== null)
    if (began && !entry.announced) {
      entry.announced = true
      if (this.#json)
        writeJson({
          event: 'run',
          id: run.id,
          studyId: run.studyId,
          arch: run.arch,
          variant: run.variant,
          dataset: run.dataset,
          seed: run.seed,
        })
      else this.#bars?.started(run, this.#count)
      this.#count++
    }
    if (endedStates.includes(run.state)) this.#end(run, entry.announced)
  }

  #progress(progress: RunProgress): void {
    if (this.#open.has(progress.runId)) this.#bars?.progress(progress)
  }

  #epoch(runId: string, metrics: EpochMetrics): void {
    const entry = this.#open.get(runId)
    if (!entry) return
    if (this.#json) writeJson({ event: 'epoch', id: runId, ...metrics })
    else this.#bars?.epoch(metrics, entry.run.epochs)
  }

  #end(run: RunSummary, announced: boolean): void {
    this.#open.delete(run.id)
    this.#ended.set(run.id, run)
    if (this.#json) writeJson(endLine(run))
    else if (announced) this.#bars?.ended(run)
    if (this.#open.size === 0) this.#finish()
  }

  #gone(runId: string): void {
    if (this.#open.delete(runId) && this.#open.size === 0) this.#finish()
  }
}

function endLine(run: RunSummary): Record<string, unknown> {
  if (run.state !== 'done') return { event: run.state, id: run.id, reason: run.reason, epochsDone: run.epochsDone }
  const { id, testAccuracy, bestTestAccuracy, bestEpoch, bestValidationAccuracy = null, weightsSha256 } = run
  return {
    event: 'done',
    id,
    testAccuracy,
    bestTestAccuracy,
    bestEpoch,
    bestPickedOn: runPickedOn(run),
    bestValidationAccuracy,
    weightsSha256,
  }
}

/** @throws Failed with the exit code for runs that did not all succeed */
export function mustBeDone(runs: readonly RunSummary[]): void {
  if (interruption.aborted) throw new Failed(interruptedCode)
  if (runs.length === 0 || runs.some((run) => run.state !== 'done')) throw new Failed()
}
