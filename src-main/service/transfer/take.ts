/**
 * An exported study into the history: what is not here already, all of it or nothing. A thread reads it; here its
 * pieces are written one at a time, each in a transaction of its own, under a mark that hides them, and at last all of
 * it is shown in one transaction. Until then whatever becomes of this program, nobody has seen anything, and
 * `clearImports` takes it away.
 */
import { existsSync, renameSync } from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { datasetSizes } from '../../contract/experiment'
import { WorkbenchError } from '../../contract/errors'
import type { Imported } from '../../contract/publish/publish'
import { endedStates } from '../../contract/runs/states'
import { filterBytes } from '../../contract/publish/studyArchive'
import { flushPathSync } from '../../files/durable'
import type { HiddenRun } from '../../history/imports'
import { modelSummary } from '../../nn/architecture'
import { announceRun, type Context } from '../app/context'
import { runDir, type Paths } from '../storage/dataDir'
import { freeBytes } from '../storage/diskSpace'
import { runIdFor, studyIdFor } from '../queue/ids'
import { registerRun, removeFilesNow } from '../storage/ownFiles'
import { removeScratch, scratchFolder } from '../storage/scratch'
import type { ReportProgress } from '../tasks/backgroundTasks'
import { filesOf, type Piece, type RunHead } from './archive'
import { piecesFrom } from './archiveThread'
import type { CheckedRun } from './check'

type Here = Pick<Context, 'history' | 'paths' | 'emit'>
type Study = Extract<Piece, { kind: 'study' }>
type Rows = Exclude<Piece, { kind: 'study' } | { kind: 'run' }>

/** A run that is written, and not to be seen yet. */
interface Incoming extends HiddenRun {
  checked: CheckedRun
  note: string
  /** What happened to it on the way here; after all that happened before. */
  events: [kind: string, message: string, at: string][]
}

/** What is kept free on the disk beside what comes in. */
const spareBytes = 64 * 1024 * 1024

/**
 * Takes in the runs of an exported study that are not here yet; a study that is here in part is completed. A run that
 * was still under way where it was exported comes as interrupted. Where an id is taken by something else, what comes
 * gets another one.
 * @param entry the script of the thread that reads archives
 * @throws WorkbenchError bad-data where the archive is damaged or hostile, conflict where the study is in the trash;
 *   nothing has
 *   changed then
 */
export async function importStudy(
  context: Here,
  entry: string,
  file: string,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<Imported> {
  const { paths, emit } = context
  // Of one that failed, and whose leavings the disk did not take away then.
  await discard(context)
  // In the data directory: run folders are renamed into place.
  const folder = await scratchFolder('import', paths)
  try {
    const free = await freeBytes(paths.dataDir)
    const room = free === null ? null : Math.max(0, free - spareBytes)
    const { study, hidden, incoming } = await hide(
      context,
      piecesFrom(entry, { file, folder, database: paths.database, room }, signal, report),
      report,
    )
    signal.throwIfAborted()
    const nothing = hidden === null
    if (nothing) mustBeHereStill(context, study)
    const studyId = nothing
      ? (study.known ?? study.home ?? study.study.id)
      : reveal(context, folder, study, hidden, incoming)
    for (const { as } of incoming) announceRun(context, as)
    if (incoming.length > 0) emit('study.changed', { studyId })
    return {
      studyId,
      studyName: study.study.name,
      completed: study.known !== null,
      runs: incoming.map(({ checked, as }) => ({ id: checked.id, as })),
      skipped: study.skipped.map(({ id }) => id),
    }
  } catch (thrown) {
    // What can't be taken away now is hidden, and goes before the next import or at the next start: why this one failed
    // is what is told.
    await discard(context).catch(() => undefined)
    throw thrown
  } finally {
    await removeScratch(folder, paths)
  }
}

/** What an import that was cut short has left: only while nobody else may write, and before anything is begun. */
export function clearImports({ history, paths }: Pick<Context, 'history' | 'paths'>): void {
  for (const { as } of history.imports.hidden()) {
    // Its folder may have been put in place in a transaction that never came to its end.
    if (history.runs.get(as) === null) removeFilesNow(paths, as)
  }
  while (history.imports.discardSome());
}

/** In pieces, too. */
async function discard({ history }: Pick<Context, 'history'>): Promise<void> {
  while (history.imports.discardSome()) await setImmediate()
}

/** Writes all that comes in so that nobody sees it. @returns `hidden`: the study it is in; null where nothing came */
async function hide(
  { history, paths }: Here,
  pieces: AsyncIterable<Piece>,
  report: ReportProgress,
): Promise<{ study: Study; hidden: string | null; incoming: Incoming[] }> {
  let study: Study | null = null
  let hidden: string | null = null
  const incoming: Incoming[] = []
  for await (const piece of pieces) {
    if (piece.kind === 'study') {
      study = piece
      const { known, home, runs } = piece
      if (runs > 0 || (known === null && home === null)) hidden = history.imports.begin(piece.study)
    } else if (piece.kind === 'run') {
      if (!study || hidden === null) throw new Error('a run came before its study')
      report('keeping', incoming.length, study.runs)
      const { checked, head } = piece
      const into = study.known ?? study.study.id
      const taken = (id: string): boolean =>
        incoming.some((one) => one.as === id) || history.runs.get(id) !== null || existsSync(runDir(paths, id))
      const as = taken(checked.id) ? runIdFor(into, head.config, taken) : checked.id
      const key = insert({ history, paths }, hidden, as, checked, head, study.exportedAt)
      incoming.push({
        key,
        as,
        checked,
        note: head.note,
        events: [
          ...(endedStates.includes(head.state)
            ? []
            : [['interrupted', wasUnderWay(head), study.exportedAt] as Incoming['events'][number]]),
          ...(as === checked.id
            ? []
            : [
                [
                  'imported',
                  `Called ${checked.id} where it was exported: that id is another run's here.`,
                  new Date().toISOString(),
                ] as Incoming['events'][number],
              ]),
        ],
      })
    } else {
      const run = incoming.at(-1)
      if (!run) throw new Error('rows came before their run')
      add(history, run, piece)
    }
    // Between two pieces everybody gets a turn, however fast the thread is.
    await setImmediate()
  }
  if (!study) throw new Error('no study came')
  return { study, hidden, incoming }
}

/** All of it at once: folders are put in place within the one transaction that shows the rows, and go again where that fails. @returns the study's id */
function reveal(
  { history, paths }: Here,
  folder: string,
  piece: Study,
  hidden: string,
  incoming: readonly Incoming[],
): string {
  const { study, known } = piece
  const placed: string[] = []
  try {
    return history.transaction(() => {
      mustBeHereStill({ history }, piece)
      const studyId =
        known ??
        (history.studies.has(study.id) ? studyIdFor(study.name, (taken) => history.studies.has(taken)) : study.id)
      for (const { as } of incoming)
        if (history.runs.get(as) !== null || existsSync(runDir(paths, as)))
          throw new WorkbenchError('conflict', `A run ${as} came meanwhile.`, { fix: 'Import again.' })
      for (const { key, events } of incoming)
        for (const [kind, message, at] of events) history.events.add(key, 'info', kind, message, at)
      history.imports.reveal(hidden, studyId, known !== null, incoming)
      for (const { checked, as } of incoming)
        if (filesOf(checked).length > 0) placed.push(place(paths, folder, checked, as))
      if (placed.length > 0) flushPathSync(paths.runs)
      return studyId
    })
  } catch (thrown) {
    for (const one of placed) removeFilesNow(paths, one)
    throw thrown
  }
}

/**
 * Checks again what the archive was compared with: its study and the runs that are not imported because they are here.
 * @throws WorkbenchError conflict
 */
function mustBeHereStill({ history }: Pick<Here, 'history'>, { known, skipped }: Study): void {
  if (known !== null) {
    const study = history.studies.get(known)
    if (!study)
      throw new WorkbenchError('conflict', `The study ${known} was deleted meanwhile.`, { fix: 'Import again.' })
    if (study.trashedAt !== null)
      throw new WorkbenchError('conflict', `The study ${known} went to the trash meanwhile.`, {
        fix: 'Restore it, or purge it, and import again.',
      })
  }
  const gone = skipped.find(({ as }) => history.runs.get(as) === null)
  if (gone) throw new WorkbenchError('conflict', `The run ${gone.as} was deleted meanwhile.`, { fix: 'Import again.' })
}

/** @returns the run's key */
function insert(
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

const wasUnderWay = ({ state }: Pick<RunHead, 'state'>): string => `It was ${state} where it was exported.`

function add(history: Context['history'], { key }: Incoming, piece: Rows): void {
  history.transaction(() => {
    switch (piece.kind) {
      case 'epochs':
        history.metrics.addEpochs(key, piece.rows)
        break
      case 'steps':
        history.metrics.addSteps(key, piece.rows)
        break
      case 'figures':
        for (const figures of piece.rows) history.filters.addFigures(key, figures)
        break
      case 'events':
        for (const { level, kind, message, at } of piece.rows) history.events.add(key, level, kind, message, at)
        break
      case 'filters': {
        let at = 0
        for (const { layer, epoch, shape } of piece.rows) {
          const bytes = filterBytes(shape)
          history.filters.add(
            key,
            epoch,
            layer,
            shape,
            Buffer.from(piece.bytes.buffer, piece.bytes.byteOffset + at, bytes),
          )
          at += bytes
        }
      }
    }
  })
}

/** What it holds is on the disk already. @returns the id of the run whose folder was put in place */
function place(paths: Paths, folder: string, run: CheckedRun, as: string): string {
  registerRun(paths, as)
  renameSync(path.join(folder, 'runs', run.id), runDir(paths, as))
  return as
}
