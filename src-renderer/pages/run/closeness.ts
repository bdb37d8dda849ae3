/** Candidates for comparison with a run: the queries that find them and their order. Pure. */
import type { RunSummary } from '../../../src-main/contract'

/**
 * Queries (analysis/query/runQuery.ts) that together find the closest runs of a run's study: those with its seed and,
 * for its network, the baselines and its own variant.
 */
export function queriesFor({
  studyId,
  seed,
  dataset,
  arch,
  variant,
}: Pick<RunSummary, 'studyId' | 'seed' | 'dataset' | 'arch' | 'variant'>): string[] {
  const variants = variant === 'baseline' ? variant : `baseline,${variant}`
  return [`study="${studyId}" seed:${seed}`, `study="${studyId}" dataset:${dataset} arch:${arch} variant:${variants}`]
}

/**
 * Orders started runs of the same study: the same network counts more than the same seed, and that more than being the
 * baseline.
 */
export function closest<R extends RunSummary>(run: RunSummary, others: readonly R[]): R[] {
  const distance = (other: RunSummary): number =>
    (other.variant === 'baseline' ? 0 : 1) +
    (other.seed === run.seed ? 0 : 2) +
    (other.arch === run.arch && other.dataset === run.dataset ? 0 : 4)
  return others
    .filter((other) => other.id !== run.id && other.studyId === run.studyId && other.startedAt !== null)
    .sort((a, b) => distance(a) - distance(b))
}
