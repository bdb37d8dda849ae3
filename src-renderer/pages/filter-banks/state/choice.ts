/** Labels of the run picker. Pure. */
import { compactVariant, type RunSummary } from '../../../../src-main/contract'
import { archShort, datasetName } from '../../../lib/format'

/** 'mcnn-f · R32 · seed 1' */
export function runName(run: RunSummary): string {
  return `${compactVariant(run.variant)} · ${archShort(run.arch)} · seed ${run.seed}`
}

/** 'CIFAR-10 · 200 epochs · Table I' */
export function runWhere(run: RunSummary): string {
  return `${datasetName(run.dataset)} · ${run.epochsDone} of ${run.epochs} epochs · ${run.studyName}`
}
