/** Writes an imported run and its rows to the history. */
import path from 'node:path'
import { datasetSizes } from '../../contract/experiment'
import { filterBytes } from '../../contract/publish/studyArchive'
import { endedStates } from '../../contract/runs/states'
import { modelSummary } from '../../nn/architecture'
import type { Context } from '../app/context'
import { runDir } from '../storage/dataDir'
import type { ImportChunk, RunHead } from './archive'
import type { CheckedRun } from './check'

type Rows = Exclude<ImportChunk, { kind: 'study' } | { kind: 'run' }>

/** Inserts a hidden run in one transaction; returns its key. */
export function insertRun(
  { history, paths }: Pick<Context, 'history' | 'paths'>,
  studyId: string,
  as: string,
  run: CheckedRun,
  head: RunHead,
  exportedAt: string,
): number {
  const { config, environment, checkpoint } = head
  const { arch, variant, dataset, seed, epochs } = config
  const { trainableParameters, trainableFilters } = modelSummary(arch, variant, datasetSizes[dataset].classes)
  const ended = endedStates.includes(head.state)
  return history.transaction(() => {
    const key = history.imports.insert({
      id: as,
      studyId,
      configId: history.configs.put(config),
      arch,
      variant,
      dataset,
      seed,
      epochs,
      trainExamples: head.trainExamples,
      testExamples: head.testExamples,
      trainableParameters,
      trainableFilters,
      state: ended ? head.state : 'interrupted',
      reason: ended ? head.reason : wasUnderWay(head),
      environmentHash: environment && history.environments.put(environment),
      datasetFingerprint: head.datasetFingerprint,
      startupSeconds: head.startupSeconds,
      weightsFile: run.hasWeights
        ? path.relative(paths.dataDir, path.join(runDir(paths, as), 'weights.safetensors'))
        : null,
      weightsSha256: head.weightsSha256,
      createdAt: head.createdAt,
      startedAt: head.startedAt,
      endedAt: ended ? head.endedAt : exportedAt,
      archivedAt: head.archivedAt,
      checkpointStep: checkpoint?.step ?? null,
      checkpointEpochs: checkpoint?.epochs ?? null,
      checkpointAt: checkpoint?.at ?? null,
    })
    if (head.evaluation) history.metrics.putEvaluation(key, head.evaluation)
    history.imports.tag(key, head.tags)
    return key
  })
}

/** Returns the reason of a run that had not ended when it was exported. */
export const wasUnderWay = ({ state }: Pick<RunHead, 'state'>): string => `It was ${state} when it was exported.`

/** Adds rows to a run in one transaction. */
export function addRows(history: Context['history'], key: number, chunk: Rows): void {
  history.transaction(() => {
    switch (chunk.kind) {
      case 'epochs':
        history.metrics.addEpochs(key, chunk.rows)
        break
      case 'steps':
        history.metrics.addSteps(key, chunk.rows)
        break
      case 'figures':
        for (const figures of chunk.rows) history.filters.addFigures(key, figures)
        break
      case 'events':
        for (const { level, kind, message, at } of chunk.rows) history.events.add(key, level, kind, message, at)
        break
      case 'filters': {
        let at = 0
        for (const { layer, epoch, shape } of chunk.rows) {
          const bytes = filterBytes(shape)
          history.filters.add(
            key,
            epoch,
            layer,
            shape,
            Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset + at, bytes),
          )
          at += bytes
        }
      }
    }
  })
}
