/**
 * Rebuilds a history: from the newest intact backup, the records of studies, and the journals in the folders of runs.
 */
import { copyFileSync, rmSync } from 'node:fs'
import { activeStates } from '../../contract/runs/states'
import type { Repair } from '../../contract/system/storage'
import { openDatabase } from '../../history/files/database'
import { History } from '../../history/history'
import type { RunRecord } from '../../history/runs/runs'
import type { RunEnd } from '../training/applyMessage'
import { ingestReadable } from '../training/ingestJournal'
import { recordEnd } from '../training/runEnd'
import { listBackups } from './backups'
import type { Paths } from './dataDir'
import { readRecords } from './studyRecords'

/**
 * @param target file of the new history; must not exist
 * @throws errors of the disk; then the caller deletes the unfinished `target`
 */
export function rebuild(paths: Paths, target: string): Omit<Repair, 'kept'> {
  const backup = restoreBackup(paths, target)
  const { records, problems } = readRecords(paths)
  const history = new History(target)
  try {
    history.transaction(() => history.records.put(records))
    const losses: Repair['losses'] = []
    const ids = history.records.runIds()
    for (const id of ids) {
      const run = history.runs.get(id)
      const lost = run && ingestAll(history, paths, run)
      if (lost) losses.push({ id, lost })
    }
    history.transaction(() => history.records.sortEvents())
    const from = records.length > 0 ? 'records' : backup === null ? 'nothing' : 'backup'
    return { from, backup, studies: history.records.ids().length, runs: ids.length, losses, problems }
  } finally {
    history.close()
  }
}

/**
 * Ingests the lines of a run's journal that the history does not have. Adds an event to a run that is still incomplete.
 * @returns what is missing, in words; null if nothing is
 */
function ingestAll(history: History, paths: Paths, run: RunRecord): string | null {
  const { key, summary } = run
  let end: RunEnd | null = null
  const problems = ingestReadable({ history, paths, emit: () => undefined }, run, (found) => (end = found))
  return history.transaction(() => {
    // The messages of the journal have changed the state, which the record has in full.
    history.runs.setState(key, summary.state, summary.reason)
    if (end !== null && activeStates.includes(summary.state)) recordEnd(history, key, end)
    const missing = missingWords(history, key, summary.epochsDone, problems.length > 0)
    if (missing === '') return null
    history.events.add(
      key,
      'warning',
      'repaired',
      `The history was rebuilt. Missing of this run: ${missing}. ${problems.join(' ')}`.trim(),
    )
    return missing
  })
}

/**
 * @param hasProblems whether lines of the journal were skipped; if not, only epochs are counted, because earlier programs
 *   measured less
 */
function missingWords(history: History, run: number, epochsDone: number, hasProblems: boolean): string {
  const lost = epochsDone - history.metrics.epochsOfRun(run).length
  const epochs = lost > 0 ? [`${lost} of ${epochsDone} epochs`] : []
  if (!hasProblems) return epochs.join('')
  const { steps, filters, evaluation } = history.completeness.missing(run)
  return [
    ...epochs,
    ...(steps > 0 ? [`${steps} sampled ${steps === 1 ? 'step' : 'steps'}`] : []),
    ...(filters > 0 ? [`${filters} ${filters === 1 ? 'set' : 'sets'} of filters`] : []),
    ...(evaluation ? ['the newest evaluation'] : []),
  ].join(', ')
}

/** Copies the newest intact backup to `target`, in this program's version, and returns the backup's file. */
function restoreBackup(paths: Paths, target: string): string | null {
  for (const { file, kind } of listBackups(paths)) {
    if (kind === 'damaged') continue
    copyFileSync(file, target)
    try {
      openDatabase(target, { suspect: true }).close()
      return file
    } catch {
      rmSync(target, { force: true })
    }
  }
  return null
}
