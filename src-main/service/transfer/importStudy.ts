/**
 * Imports an exported study: all that is not in the history yet, or nothing. A thread reads the archive. This module
 * stages its chunks, each in a transaction of its own, as hidden rows, and commits them by showing all rows in one
 * transaction. If the program ends before that, `clearImports` removes the hidden rows.
 */
import { existsSync, renameSync } from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { messageOf, WorkbenchError } from '../../contract/errors'
import type { Imported } from '../../contract/publish/publish'
import { endedStates } from '../../contract/runs/states'
import { flushPathSync } from '../../files/durable'
import type { HiddenRun } from '../../history/imports'
import { announceRun, type Context } from '../app/context'
import { runDir, type Paths } from '../storage/dataDir'
import { freeBytes } from '../storage/diskSpace'
import { runIdFor, studyIdFor } from '../queue/ids'
import { registerRun, removeFilesNow } from '../storage/ownFiles'
import { removeScratch, scratchFolder } from '../storage/scratch'
import type { ReportProgress } from '../tasks/backgroundTasks'
import { journalEarlierRun } from '../training/earlierRun'
import { filesOf, type ImportChunk } from './archive'
import { chunksFrom } from './archiveThread'
import type { CheckedRun } from './check'
import { addRows, insertRun, wasUnderWay } from './importRows'

type Here = Pick<Context, 'history' | 'paths' | 'emit'>
type Study = Extract<ImportChunk, { kind: 'study' }>

/** A run that is written and still hidden. */
interface StagedRun extends HiddenRun {
  checked: CheckedRun
  note: string
  /** Events of the import, appended to the run's own. */
  events: [kind: string, message: string, at: string][]
}

/** Bytes that an import leaves free on the disk. */
const spareBytes = 64 * 1024 * 1024

/**
 * Imports the runs of an exported study that are not in the history yet, and completes a study that is there in part.
 * A run that had not ended when it was exported is imported as interrupted. A run gets another id if its own is taken.
 * @param entry the script of the thread that reads archives
 * @throws WorkbenchError bad-data if the archive is corrupt or hostile, conflict if the study is in the trash;
 *   nothing has changed then
 */
export async function importStudy(
  context: Here,
  entry: string,
  file: string,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<Imported> {
  const { paths, emit } = context
  // Files of an earlier failed import that could not be removed then.
  await discard(context)
  // In the data directory, so that run folders can be renamed into place.
  const folder = await scratchFolder('import', paths)
  try {
    const free = await freeBytes(paths.dataDir)
    const room = free === null ? null : Math.max(0, free - spareBytes)
    const { study, hidden, incoming } = await stageImport(
      context,
      chunksFrom(entry, { file, folder, database: paths.database, room }, signal, report),
      report,
    )
    signal.throwIfAborted()
    if (hidden === null) assertUnchanged(context, study)
    const studyId =
      hidden === null
        ? (study.known ?? study.home ?? study.study.id)
        : commitImport(context, folder, study, hidden, incoming)
    await writeJournals(context, incoming)
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
    // What can't be removed now stays hidden until the next import or start; report why this import failed.
    await discard(context).catch(() => undefined)
    throw thrown
  } finally {
    await removeScratch(folder, paths)
  }
}

/** Removes what an interrupted import left. Call it as the only writer, before other tasks start. */
export function clearImports({ history, paths }: Pick<Context, 'history' | 'paths'>): void {
  for (const { as } of history.imports.hidden()) {
    // A transaction that was never committed may have moved its folder into place.
    if (history.runs.get(as) === null) removeFilesNow(paths, as)
  }
  while (history.imports.discardSome());
}

/** Removes it in steps, so that other calls run in between. */
async function discard({ history }: Pick<Context, 'history'>): Promise<void> {
  while (history.imports.discardSome()) await setImmediate()
}

/** Writes all chunks as hidden rows. Returns as `hidden` the study that holds them, null if there were none. */
async function stageImport(
  { history, paths }: Here,
  chunks: AsyncIterable<ImportChunk>,
  report: ReportProgress,
): Promise<{ study: Study; hidden: string | null; incoming: StagedRun[] }> {
  let study: Study | null = null
  let hidden: string | null = null
  const incoming: StagedRun[] = []
  for await (const chunk of chunks) {
    if (chunk.kind === 'study') {
      study = chunk
      const { known, home, runs } = chunk
      if (runs > 0 || (known === null && home === null)) hidden = history.imports.begin(chunk.study)
    } else if (chunk.kind === 'run') {
      if (!study || hidden === null) throw new Error('a run came before its study')
      report('keeping', incoming.length, study.runs)
      const { checked, head } = chunk
      const into = study.known ?? study.study.id
      const taken = (id: string): boolean =>
        incoming.some((one) => one.as === id) || history.runs.get(id) !== null || existsSync(runDir(paths, id))
      const as = taken(checked.id) ? runIdFor(into, head.config, taken) : checked.id
      const key = insertRun({ history, paths }, hidden, as, checked, head, study.exportedAt)
      incoming.push({
        key,
        as,
        checked,
        note: head.note,
        events: [
          ...(endedStates.includes(head.state)
            ? []
            : [['interrupted', wasUnderWay(head), study.exportedAt] as StagedRun['events'][number]]),
          ...(as === checked.id
            ? []
            : [
                [
                  'imported',
                  `Renamed from ${checked.id}: another run has that id.`,
                  new Date().toISOString(),
                ] as StagedRun['events'][number],
              ]),
        ],
      })
    } else {
      const run = incoming.at(-1)
      if (!run) throw new Error('rows came before their run')
      addRows(history, run.key, chunk)
    }
    // Other calls get a turn between two chunks, however fast the thread is.
    await setImmediate()
  }
  if (!study) throw new Error('no study came')
  return { study, hidden, incoming }
}

/**
 * Shows all rows and moves the run folders into place, in one transaction; removes the folders if it fails. Returns the
 * study's id.
 */
function commitImport(
  { history, paths }: Here,
  folder: string,
  contents: Study,
  hidden: string,
  incoming: readonly StagedRun[],
): string {
  const { study, known } = contents
  const placed: string[] = []
  try {
    return history.transaction(() => {
      assertUnchanged({ history }, contents)
      const studyId =
        known ??
        (history.studies.has(study.id) ? studyIdFor(study.name, (taken) => history.studies.has(taken)) : study.id)
      for (const { as } of incoming)
        if (history.runs.get(as) !== null || existsSync(runDir(paths, as)))
          throw new WorkbenchError('conflict', `A run ${as} was created meanwhile.`, { fix: 'Import again.' })
      for (const { key, events } of incoming)
        for (const [kind, message, at] of events) history.events.add(key, 'info', kind, message, at)
      history.imports.reveal(hidden, studyId, known !== null, incoming)
      for (const { checked, as } of incoming)
        if (filesOf(checked).length > 0) placed.push(moveIntoPlace(paths, folder, checked, as))
      if (placed.length > 0) flushPathSync(paths.runs)
      return studyId
    })
  } catch (thrown) {
    for (const one of placed) removeFilesNow(paths, one)
    throw thrown
  }
}

/** Writes the journals of the imported runs. Until then only the history holds their measurements. */
async function writeJournals(context: Here, incoming: readonly StagedRun[]): Promise<void> {
  for (const { as } of incoming) {
    await setImmediate()
    try {
      const run = context.history.runs.get(as)
      if (run) journalEarlierRun(context, run)
    } catch (thrown) {
      // The import itself is complete. The next start of a writing program completes the journals.
      process.stderr.write(`The journal of the run ${as} could not be written: ${messageOf(thrown)}\n`)
    }
  }
}

/**
 * Checks again what the archive was compared with: its study, and the runs that were skipped because they exist here.
 * @throws WorkbenchError conflict
 */
function assertUnchanged({ history }: Pick<Here, 'history'>, { known, skipped }: Study): void {
  if (known !== null) {
    const study = history.studies.get(known)
    if (!study)
      throw new WorkbenchError('conflict', `The study ${known} was deleted meanwhile.`, { fix: 'Import again.' })
    if (study.trashedAt !== null)
      throw new WorkbenchError('conflict', `The study ${known} was moved to the trash meanwhile.`, {
        fix: 'Restore or purge it, then import again.',
      })
  }
  const gone = skipped.find(({ as }) => history.runs.get(as) === null)
  if (gone) throw new WorkbenchError('conflict', `The run ${gone.as} was deleted meanwhile.`, { fix: 'Import again.' })
}

/** Moves a run's folder, which is flushed to the disk already, into its place; returns the run's id. */
function moveIntoPlace(paths: Paths, folder: string, run: CheckedRun, as: string): string {
  registerRun(paths, as)
  renameSync(path.join(folder, 'runs', run.id), runDir(paths, as))
  return as
}
