/** Runs that train in this process, told as JSON lines or drawn as progress, until the last has ended. */
import { runPickedOn } from '../../analysis/statistics/picked'
import { endedStates } from '../../contract/runs/states'
import type { EpochMetrics } from '../../contract/runs/metrics'
import type { RunProgress, RunSummary } from '../../contract/runs/runs'
import type { Listeners, Service } from '../client'
import { Failed } from './failures'
import { interruptedCode, interruption, interruptionCause, onInterruption } from '../interruption'
import { say, writeJson } from './output'
import { TrainingProgress } from './progress'

export class Follower {
  readonly listeners: Listeners = {
    'system.condition': ({ disk }) => {
      if (disk) say(`${disk.message} Training is on hold. ${disk.fix}`)
      else if (this.#waits) say('The disk takes what is written again: training goes on.')
      this.#waits = disk !== null
    },
    'run.changed': (run) => this.#take(() => this.#changed(run)),
    'run.epoch': ({ runId, metrics }) => this.#take(() => this.#epoch(runId, metrics)),
    'run.progress': (progress) => this.#take(() => this.#progress(progress)),
    'run.deleted': ({ runId }) => this.#take(() => this.#gone(runId)),
  }
  readonly #json: boolean
  #waits = false
  /** What came before it was known whose runs to follow. */
  #early: (() => void)[] | null = []
  #bars: TrainingProgress | null = null
  readonly #open = new Map<string, { run: RunSummary; told: boolean }>()
  readonly #ended = new Map<string, RunSummary>()
  #count = 0
  #finish: () => void = () => undefined

  constructor(json: boolean) {
    this.#json = json
  }

  /**
   * Follows runs of a study that this process trains to their ends; an interruption stops them. @param only these, else
   * all
   * @returns the runs as they ended, those that were deleted meanwhile left out
   */
  async follow(service: Service, studyId: string, only?: readonly string[]): Promise<RunSummary[]> {
    const runs = (await service.call('studies.get', { id: studyId })).runs.filter(
      (run) => only?.includes(run.id) ?? true,
    )
    if (!this.#json) this.#bars = new TrainingProgress(runs.length)
    const finished = new Promise<void>((resolve) => (this.#finish = resolve))
    for (const run of runs) this.#open.set(run.id, { run, told: false })
    const early = this.#early ?? []
    this.#early = null
    for (const event of early) event()
    for (const run of runs) this.#changed(run)
    // A stop that comes when all have just ended finds nothing to stop.
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

  #take(event: () => void): void {
    if (this.#early) this.#early.push(event)
    else event()
  }

  #changed(run: RunSummary): void {
    const entry = this.#open.get(run.id)
    if (!entry) return
    entry.run = run
    // Those taken back from the queue never began: there is nothing to tell of them but their end.
    const began = run.state !== 'queued' && (run.state !== 'stopped' || run.startedAt !== null)
    if (began && !entry.told) {
      entry.told = true
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
    if (endedStates.includes(run.state)) this.#end(run, entry.told)
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

  #end(run: RunSummary, told: boolean): void {
    this.#open.delete(run.id)
    this.#ended.set(run.id, run)
    if (this.#json) writeJson(endLine(run))
    else if (told) this.#bars?.ended(run)
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

/** @throws Failed with the exit code of runs that did not all end well */
export function mustBeDone(runs: readonly RunSummary[]): void {
  if (interruption.aborted) throw new Failed(interruptedCode)
  if (runs.length === 0 || runs.some((run) => run.state !== 'done')) throw new Failed()
}
