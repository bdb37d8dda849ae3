/** Reads a run from the history as an archive stores it, and computes its identity. */
import { canonicalJson } from '../../analysis/text/canonicalJson'
import { datasetSizes } from '../../contract/experiment'
import type { ArchivedRun } from '../../contract/publish/studyArchive'
import { sha256Of, sha256OfChunks } from '../../files/sha256'
import type { History } from '../../history/history'
import type { RunRecord } from '../../history/runs/runs'
import { modelSummary } from '../../nn/architecture'

/** A consistent snapshot. @param withCheckpoint whether to include its checkpoint */
export function archivedRunOf(
  history: History,
  {
    summary,
    key,
    environmentHash,
    datasetFingerprint,
    trainExamples,
    testExamples,
    startupSeconds,
    checkpoint,
  }: RunRecord,
  withCheckpoint: boolean,
): ArchivedRun {
  return history.snapshot(() => {
    const filters = [...history.filters.epochs(key)].flatMap(([layer, epochs]) =>
      epochs.flatMap((epoch) => {
        const shape = history.filters.shape(key, layer, epoch)
        return shape ? [{ layer, epoch, shape }] : []
      }),
    )
    return {
      id: summary.id,
      state: summary.state,
      reason: summary.reason,
      createdAt: summary.createdAt,
      startedAt: summary.startedAt,
      endedAt: summary.endedAt,
      config: history.configs.get(summary.configId, summary.seed),
      environment: environmentHash === null ? null : history.environments.get(environmentHash),
      datasetFingerprint,
      trainExamples,
      testExamples,
      startupSeconds,
      weightsSha256: summary.weightsSha256,
      checkpoint: withCheckpoint ? checkpoint : null,
      ...history.runMarks.of(summary.id),
      epochs: history.metrics.epochsOfRun(key),
      steps: history.metrics.stepsOfRun(key),
      events: history.events.ofRun(key),
      evaluation: history.metrics.evaluation(key),
      figures: history.filters.figures(key, layersOf(summary)),
      filters,
    }
  })
}

const layersOf = ({ arch, variant, dataset }: RunRecord['summary']): string[] =>
  modelSummary(arch, variant, datasetSizes[dataset].classes).layers.map(({ name }) => name)

/**
 * Yields the bytes of each stored filter of a run in the order of its list; other calls run in between.
 * @throws Error if one is missing
 */
export async function* filterBlobs(
  history: History,
  key: number,
  { filters }: Pick<ArchivedRun, 'filters'>,
): AsyncGenerator<Buffer> {
  for (const [i, { layer, epoch }] of filters.entries()) {
    const bytes = history.filters.bytes(key, layer, epoch)
    if (!bytes) throw new Error(`the filters of ${layer} after epoch ${epoch} are gone`)
    yield bytes
    if (i % 20 === 19) await new Promise(setImmediate)
  }
}

/** SHA-256 of a run's stored filters one after the other. */
export async function filtersHash(history: History, key: number, run: Pick<ArchivedRun, 'filters'>): Promise<string> {
  return (await sha256OfChunks(filterBlobs(history, key, run))).sha256
}

const identityKeys = [
  'config',
  'createdAt',
  'startedAt',
  'environment',
  'datasetFingerprint',
  'epochs',
  'steps',
  'evaluation',
  'filters',
  'weightsSha256',
] as const satisfies readonly (keyof ArchivedRun)[]

/**
 * Returns a hash that is equal for copies of one run: config, creation time, training data and measurements. Notes,
 * tags, state and events are not part of it, because they change while the run stays the same.
 * @param filtersSha256 SHA-256 of all filters one after the other
 */
export function identityOf(run: ArchivedRun, filtersSha256: string): string {
  const measured = Object.fromEntries(identityKeys.map((key) => [key, run[key]]))
  return sha256Of(canonicalJson({ ...measured, filtersSha256 }))
}

/** SHA-256 of no bytes: a run without stored filters. */
export const emptyHash = sha256Of('')
