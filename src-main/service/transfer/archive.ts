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

/** A run without what there is much of. */
export type RunHead = Omit<ArchivedRun, 'epochs' | 'steps' | 'figures' | 'events' | 'filters'>

export type ImportChunk =
  | {
      kind: 'study'
      study: Pick<ArchivedStudy, 'id' | 'name' | 'createdAt' | 'plan'>
      /** Id of the same study here; null where it is not. */
      known: string | null
      /** Runs that are here already: the id in the archive and the one here. */
      skipped: { id: string; as: string }[]
      /** Where nothing of it is to come in: the study that its first run is in. */
      home: string | null
      /** Of the runs that follow. */
      runs: number
      exportedAt: string
    }
  /** Followed by all that belongs to it. */
  | { kind: 'run'; checked: CheckedRun; head: RunHead }
  | { kind: 'epochs'; rows: EpochMetrics[] }
  | { kind: 'steps'; rows: StepMetrics[] }
  | { kind: 'figures'; rows: EpochFigures[] }
  | { kind: 'events'; rows: HistoryEvent[] }
  /** @param bytes of all of them, one after the other */
  | { kind: 'filters'; rows: ArchivedRun['filters']; bytes: Uint8Array }

export interface ArchiveJob {
  file: string
  /** Empty, of our own; what of it belongs to runs lies there when all has been given. */
  folder: string
  /** The history that it goes into: read only. */
  database: string
  /** Bytes that the unpacked study may take; null: not known. */
  room: number | null
}

/** Most rows of a chunk: each chunk is written within a few milliseconds. */
const most = { epochs: 200, steps: 500, figures: 20, events: 200, filters: 100 } as const
const mostFilterBytes = 256 * 1024

/** @throws WorkbenchError bad-data where the archive is damaged or hostile, conflict where the study is in the trash */
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
    for (const rows of parted(epochs, most.epochs)) yield { kind: 'epochs', rows }
    for (const rows of parted(steps, most.steps)) yield { kind: 'steps', rows }
    for (const rows of parted(figures, most.figures)) yield { kind: 'figures', rows }
    for (const rows of parted(events, most.events)) yield { kind: 'events', rows }
    yield* filtersOf(path.join(inside, 'filters.bin'), run.id, filters)
    for (const name of ['run.json', 'filters.bin']) await rm(path.join(inside, name), { force: true })
    // Its place is taken within a transaction, which has no time to wait for the disk.
    for (const name of filesOf(run)) flushPathSync(path.join(inside, name))
    flushPathSync(inside)
  }
}

/** Names of what stays in the folder of a run. */
export function filesOf(run: CheckedRun): string[] {
  return [...(run.hasWeights ? ['weights.safetensors'] : []), ...(run.checkpoint === null ? [] : [run.checkpoint])]
}

function* parted<T>(rows: readonly T[], size: number): Generator<T[]> {
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
      // Not of Node's pool: it is handed over as a whole.
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
      throw new WorkbenchError('conflict', `The study ${known.id} is here already, in the trash.`, {
        fix: 'Restore or purge it first.',
      })
    const skipped = await alreadyHere(history, known?.id ?? null, checked)
    // A study of which every run is here in others, and which is not here itself, has nothing to bring but its name.
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

/** The study that this one is: an id may be taken here by another, but not with the same name, moment and plan. */
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

/** Returns the ids of the archive's runs that are here with the same contents, with the ids that they have here. */
async function alreadyHere(
  history: History,
  studyId: string | null,
  checked: readonly CheckedRun[],
): Promise<Map<string, string>> {
  const mine = studyId === null ? [] : [...history.runs.ofStudy(studyId), ...history.runs.trashedOfStudy(studyId)]
  const identities = new Map<number, string>()
  const identity = async (run: RunRecord): Promise<string> => {
    const told = identities.get(run.key)
    if (told !== undefined) return told
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
