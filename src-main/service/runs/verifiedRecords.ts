/** Digests of a run's records other than metrics, for comparison: base filters, figures, and the evaluation. */
import { canonicalJson } from '../../analysis/text/canonicalJson'
import type { KeptRecord } from '../../analysis/studies/verification'
import type { EpochFigures } from '../../contract/models/filters'
import type { Evaluation } from '../../contract/runs/evaluation'
import type { LayerFilters } from '../../contract/trainer/messages'
import { sha256Of } from '../../files/sha256'
import type { History } from '../../history/history'

function record(words: string, epoch: number, contents: string | Buffer): KeptRecord {
  return { words: `${words} after epoch ${epoch}`, epoch, sha256: sha256Of(contents) }
}

function filterRecord(layer: string, epoch: number, shape: readonly number[], weights: Uint8Array): KeptRecord {
  return record(`base filters of ${layer}`, epoch, Buffer.concat([Buffer.from(`${shape.join()};`), weights]))
}

export function filterRecords(epoch: number, layers: readonly LayerFilters[]): KeptRecord[] {
  return layers.map(({ layer, shape, values }) => filterRecord(layer, epoch, shape, values))
}

/** SQLite has numbers and NULL only. */
export function figureRecords({ epoch, layers }: EpochFigures): KeptRecord[] {
  return layers.flatMap(({ layer, figures }) =>
    figures ? [record(`complementarity of ${layer}`, epoch, canonicalJson(figures))] : [],
  )
}

export function evaluationRecord({ epoch, ...evaluation }: Evaluation): KeptRecord {
  return record('confusion matrix and mistakes', epoch, canonicalJson(evaluation))
}

/**
 * Returns all records of a run in the history, including the evaluation of its newest epoch.
 * @param extended whether the run continues another one, whose last epoch has figures that a single training would not
 *   compute
 */
export function recordsOf({ filters, metrics }: History, run: number, extended: boolean): KeptRecord[] {
  const evaluation = metrics.evaluation(run)
  const kept = [...filters.epochs(run)].flatMap(([layer, epochs]) =>
    epochs.flatMap((epoch) => {
      const [shape, weights] = [filters.shape(run, layer, epoch), filters.bytes(run, layer, epoch)]
      return shape && weights ? [filterRecord(layer, epoch, shape, weights)] : []
    }),
  )
  return [
    ...kept,
    ...filters
      .allFigures(run)
      .flatMap(figureRecords)
      .map((one) => ({ ...one, sampled: extended })),
    ...(evaluation ? [evaluationRecord(evaluation)] : []),
  ]
}
