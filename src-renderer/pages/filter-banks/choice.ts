/** Which runs a person may mean: the search of the run picker, and the baseline that belongs to a run. Pure. */
import type { RunSummary } from '../../../src-main/contract'
import { archShort, datasetName } from '../../lib/format'

/** 'mcnn-f · R32 · seed 1' */
export function runName(run: RunSummary): string {
  return `${run.variant} · ${archShort(run.arch)} · seed ${run.seed}`
}

/** 'CIFAR-10 · 200 epochs · Table I' */
export function runWhere(run: RunSummary): string {
  return `${datasetName(run.dataset)} · ${run.epochsDone} of ${run.epochs} epochs · ${run.studyName}`
}

/**
 * Runs in which every word of `text` occurs, in the order given.
 * @param limit as many at most
 * @returns the first of them, and how many there are in all
 */
export function searchRuns(runs: readonly RunSummary[], text: string, limit: number): { found: RunSummary[]; total: number } {
  const words = text.toLowerCase().split(/[\s·,]+/).filter((word) => word !== '')
  const found: RunSummary[] = []
  let total = 0
  for (const run of runs) {
    if (words.length > 0) {
      const whole = `${run.variant} ${archShort(run.arch)} ${run.arch} seed ${run.seed} s${run.seed} ${datasetName(run.dataset)} ${run.studyName} ${run.state} ${run.id}`.toLowerCase()
      if (!words.every((word) => whole.includes(word))) continue
    }
    total++
    if (found.length < limit) found.push(run)
  }
  return { found, total }
}

/** The baseline beside a run: same network, data and seed, same epochs; of its own study before others, the newest before older ones. */
export function besideOf(run: RunSummary, runs: readonly RunSummary[]): RunSummary | null {
  if (run.variant === 'baseline') return null
  const alike = runs.filter((r) => r.variant === 'baseline' && r.arch === run.arch && r.dataset === run.dataset && r.seed === run.seed && r.epochs === run.epochs && r.startedAt !== null)
  return alike.find((r) => r.studyId === run.studyId) ?? alike[0] ?? null
}
