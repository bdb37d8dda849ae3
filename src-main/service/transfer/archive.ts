/**
 * Yields the contents of an archive in chunks small enough to be written one at a time, after the complete archive was
 * read and checked.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { canonicalJson } from '../../analysis/text/canonicalJson'
import { WorkbenchError } from '../../contract/errors'
import type { EpochFigures } from '../../contract/models/filters'
import type { EpochMetrics, StepMetrics } from '../../contract/runs/metrics'
import type { HistoryEvent } from '../../contract/runs/runs'
import { filterBytes, type ArchivedRun, type ArchivedStudy } from '../../contract/publish/studyArchive'
import { flushPathSync } from '../../files/durable'
import { configId } from '../../history/configs'
import { History } from '../../history/history'
import type { RunRecord } from '../../history/runs/runs'
import type { ReportProgress } from '../tasks/backgroundTasks'
import { checkRun, parseRun, readStudy, type CheckedRun } from './check'
import { unpackStudy } from './read'
import { archivedRunOf, filtersHash, identityOf } from './runs'

/** A run without its epochs, steps and filters. */
export type RunHead = Omit<ArchivedRun, 'epochs' | 'steps' | 'figures' | 'events' | 'filters'>

export type ImportChunk =
  | {
      kind: 'study'
      study: Pick<ArchivedStudy, 'id' | 'name' | 'createdAt' | 'plan'>
      /** Id of the same study in this history; null if it has none. */
      known: string | null
      /** Runs that this history has already: their ids in the archive and here. */
      skipped: { id: string; as: string }[]
      /** If nothing is new: the study of the first run. */
      home: string | null
      /** Bytes of the runs that follow. */
      runs: number
      exportedAt: string
    }
  /** Followed by the chunks of the run. */
  | { kind: 'run'; checked: CheckedRun; head: RunHead }
  | { kind: 'epochs'; rows: EpochMetrics[] }
  | { kind: 'steps'; rows: StepMetrics[] }
  | { kind: 'figures'; rows: EpochFigures[] }
  | { kind: 'events'; rows: HistoryEvent[] }
  /** @param bytes all filters, one after the other */
  | { kind: 'filters'; rows: ArchivedRun['filters']; bytes: Uint8Array }

export interface ArchiveJob {
  file: string
  /** An empty scratch folder. After the last chunk it contains the files of the runs. */
  folder: string
  /** The history to import into, opened read-only. */
  database: string
  /** Limit of the unpacked size in bytes; null: unknown. */
  room: number | null
}

/** Most rows of a chunk, so that writing one takes a few milliseconds. */
const most = { epochs: 200, steps: 500, figures: 20, events: 200, filters: 100 } as const
const mostFilterBytes = 256 * 1024

/** @throws WorkbenchError bad-data if the archive is corrupt or hostile, conflict if the study is in the trash */
export async function* chunksOf(
  { file, folder, database, room }: ArchiveJob,
  report: ReportProgress,
): AsyncGenerator<ImportChunk> {
  const archive = path.basename(file)
  const manifest = await unpackStudy(file, folder, {
    room,
    onProgress: (done, total) => report('unpacking', Math.min(done, total - 1), total),
  })
  const { runs: ids, ...study } = await readStudy(archive, folder, manifest)
  const checked: CheckedRun[] = []
  for (const [i, id] of ids.entries()) {
    report('checking', i, ids.length)
    checked.push(await checkRun(archive, folder, id, manifest, configId))
  }
  const { known, skipped, home } = await comparedWithHistory(database, study, ids, checked)
  const fresh = checked.filter((run) => !skipped.has(run.id))
  yield {
    kind: 'study',
    study,
    known,
    skipped: [...skipped].map(([id, as]) => ({ id, as })),
    home,
    runs: fresh.length,
    exportedAt: manifest.createdAt,
  }
  for (const run of fresh) {
    const inside = path.join(folder, 'runs', run.id)
    const { epochs, steps, figures, events, filters, ...head } = parseRun(
      archive,
      run.id,
      await readFile(path.join(inside, 'run.json'), 'utf8'),
    )
    yield { kind: 'run', checked: run, head }
    for (const rows of chunked(epochs, most.epochs)) yield { kind: 'epochs', rows }
    for (const rows of chunked(steps, most.steps)) yield { kind: 'steps', rows }
    for (const rows of chunked(figures, most.figures)) yield { kind: 'figures', rows }
    for (const rows of chunked(events, most.events)) yield { kind: 'events', rows }
    yield* filtersOf(path.join(inside, 'filters.bin'), run.id, filters)
    for (const name of ['run.json', 'filters.bin']) await rm(path.join(inside, name), { force: true })
    // Flush now: the folder is renamed within a transaction, which must not wait for the disk.
    for (const name of filesOf(run)) flushPathSync(path.join(inside, name))
    flushPathSync(inside)
  }
}

/** Names of the files that stay in the folder of a run. */
export function filesOf(run: CheckedRun): string[] {
  return [...(run.hasWeights ? ['weights.safetensors'] : []), ...(run.checkpoint === null ? [] : [run.checkpoint])]
}

function* chunked<T>(rows: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size)
}

function* filtersOf(file: string, id: string, filters: ArchivedRun['filters']): Generator<ImportChunk> {
  if (filters.length === 0) return
  const handle = openSync(file, 'r')
  try {
    for (let at = 0; at < filters.length;) {
      let [to, size] = [at, 0]
      while (
        to < filters.length &&
        to - at < most.filters &&
        (to === at || size + filterBytes(filters[to]?.shape ?? []) <= mostFilterBytes)
      )
        size += filterBytes(filters[to++]?.shape ?? [])
      // Not from Node's buffer pool: its memory is transferred to the other thread.
      const bytes = new Uint8Array(size)
      if (readSync(handle, bytes) !== size) throw new Error(`the filters of ${id} end too early`)
      yield { kind: 'filters', rows: filters.slice(at, to), bytes }
      at = to
    }
  } finally {
    closeSync(handle)
  }
}

async function comparedWithHistory(
  database: string,
  study: Omit<ArchivedStudy, 'runs'>,
  ids: readonly string[],
  checked: readonly CheckedRun[],
): Promise<{ known: string | null; skipped: Map<string, string>; home: string | null }> {
  const history = new History(database, { readOnly: true })
  try {
    const known = sameStudy(history, study)
    if (known?.trashedAt)
      throw new WorkbenchError('conflict', `The study ${known.id} exists already and is in the trash.`, {
        fix: 'Restore or purge it first.',
      })
    const skipped = await alreadyHere(history, known?.id ?? null, checked)
    // If every run exists in other studies and the study itself does not, there is nothing to import.
    const nothing = known === null && ids.length > 0 && skipped.size === ids.length
    return {
      known: known?.id ?? null,
      skipped,
      home: nothing ? (history.runs.get(ids[0] ?? '')?.summary.studyId ?? study.id) : null,
    }
  } finally {
    history.close()
  }
}

/** Finds the same study in this history: same name, creation time and plan. Another study may have its id. */
function sameStudy(
  history: History,
  { name, createdAt, plan }: Omit<ArchivedStudy, 'runs'>,
): { id: string; trashedAt: string | null } | null {
  const mark = canonicalJson({ name, createdAt, plan })
  return (
    [...history.studies.list(), ...history.studies.trashed()].find(
      (study) => canonicalJson({ name: study.name, createdAt: study.createdAt, plan: study.plan }) === mark,
    ) ?? null
  )
}

/** Returns the archive's runs that this history has with the same contents, with their ids in the archive and here. */
async function alreadyHere(
  history: History,
  studyId: string | null,
  checked: readonly CheckedRun[],
): Promise<Map<string, string>> {
  const mine = studyId === null ? [] : [...history.runs.ofStudy(studyId), ...history.runs.trashedOfStudy(studyId)]
  const identities = new Map<number, string>()
  const identity = async (run: RunRecord): Promise<string> => {
    const known = identities.get(run.key)
    if (known !== undefined) return known
    const archived = archivedRunOf(history, run, false)
    const made = identityOf(archived, await filtersHash(history, run.key, archived))
    identities.set(run.key, made)
    return made
  }
  const here = new Map<string, string>()
  for (const run of checked) {
    const named = history.runs.get(run.id)
    const others = mine.filter(
      ({ summary }) =>
        summary.configId === run.configId &&
        summary.seed === run.seed &&
        summary.createdAt === run.createdAt &&
        summary.id !== run.id,
    )
    for (const candidate of [...(named ? [named] : []), ...others]) {
      if ((await identity(candidate)) !== run.identity) continue
      here.set(run.id, candidate.summary.id)
      break
    }
  }
  return here
}
