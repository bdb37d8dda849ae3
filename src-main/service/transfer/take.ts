/** An exported study into the history: what is not here already, all of it or nothing. */
import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { canonicalJson } from '../../analysis/canonicalJson'
import { datasetSizes } from '../../contract/experiment'
import { WorkbenchError } from '../../contract/errors'
import type { Imported } from '../../contract/publish'
import { endedStates } from '../../contract/records'
import { filterBytes, type ArchivedRun, type ArchivedStudy, type ArchiveManifest } from '../../contract/studyArchive'
import { flush, renameDurably } from '../../history/backup'
import { configId } from '../../history/configs'
import type { RunRecord } from '../../history/runs'
import { modelSummary } from '../../nn/architecture'
import { announceRun, type Context } from '../context'
import { runDir, type Paths } from '../dataDir'
import { freeBytes } from '../doctor'
import { runIdFor, studyIdFor } from '../ids'
import type { Tell } from '../works'
import { checkRun, parseRun, readStudy, type CheckedRun } from './check'
import { unpackStudy } from './read'
import { archivedRunOf, filtersHash, identityOf } from './runs'

type Here = Pick<Context, 'history' | 'paths' | 'emit'>

interface Incoming {
  run: CheckedRun
  as: string
}

/** What is kept free on the disk beside what comes in. */
const spareBytes = 64 * 1024 * 1024

/**
 * Takes in the runs of an exported study that are not here yet; a study that is here in part is completed. A run that was still
 * under way where it was exported comes as interrupted. Where an id is taken by something else, what comes gets another one.
 * @throws WorkbenchError bad-data where the archive is damaged or hostile, conflict where the study is in the trash; nothing has
 *   changed then
 */
export async function importStudy(context: Here, file: string, signal: AbortSignal, tell: Tell): Promise<Imported> {
  const { paths, emit } = context
  // Among the runs' folders: what a crash leaves there is found as needed by nothing.
  const folder = path.join(paths.runs, `.incoming-${randomUUID()}`)
  await mkdir(folder)
  try {
    const archive = path.basename(file)
    const free = await freeBytes(paths.dataDir)
    const total = await stat(file).then((found) => found.size, () => 0)
    let read = 0
    const manifest = await unpackStudy(file, folder, {
      room: free === null ? null : Math.max(0, free - spareBytes),
      signal,
      onRead: (bytes) => tell('unpacking', Math.min((read += bytes), total - 1), total),
    })
    const study = await readStudy(archive, folder, manifest)
    const checked: CheckedRun[] = []
    for (const [i, id] of study.runs.entries()) {
      signal.throwIfAborted()
      tell('checking', i, study.runs.length)
      checked.push(await checkRun(archive, folder, id, manifest, configId))
    }
    const known = sameStudy(context, study)
    if (known?.trashedAt) throw new WorkbenchError('conflict', `The study ${known.id} is here already, in the trash.`, { fix: 'Restore or purge it first.' })
    const skipped = await alreadyHere(context, known?.id ?? null, checked)
    signal.throwIfAborted()
    const fresh = checked.filter((run) => !skipped.has(run.id))
    // From here on nothing waits: nobody else gets a turn before all of it is in the history.
    tell('keeping', 0, 0)
    const { studyId, incoming } = keep(context, archive, folder, manifest, study, known?.id ?? null, fresh)
    for (const { as } of incoming) announceRun(context, as)
    if (incoming.length > 0) emit('study.changed', { studyId })
    return { studyId, studyName: study.name, completed: known !== null, runs: incoming.map(({ run, as }) => ({ id: run.id, as })), skipped: [...skipped] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The study that this one is: an id may be taken here by another, but not with the same name, moment and plan. */
function sameStudy({ history }: Here, { name, createdAt, plan }: ArchivedStudy): { id: string; trashedAt: string | null } | null {
  const mark = canonicalJson({ name, createdAt, plan })
  return [...history.studies.list(), ...history.studies.trashed()].find((study) => canonicalJson({ name: study.name, createdAt: study.createdAt, plan: study.plan }) === mark) ?? null
}

/** Ids of the archive's runs that are here with the same contents, under that id or another. */
async function alreadyHere({ history }: Here, studyId: string | null, checked: readonly CheckedRun[]): Promise<Set<string>> {
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
  const here = new Set<string>()
  for (const run of checked) {
    const named = history.runs.get(run.id)
    const others = mine.filter(({ summary }) => summary.configId === run.configId && summary.seed === run.seed && summary.createdAt === run.createdAt && summary.id !== run.id)
    for (const candidate of [...(named ? [named] : []), ...others]) {
      if ((await identity(candidate)) !== run.identity) continue
      here.add(run.id)
      break
    }
  }
  return here
}

/** Puts the files in place, each folder at once, and then all rows in one transaction; where that fails, the files go again. */
function keep({ history, paths }: Here, archive: string, folder: string, manifest: ArchiveManifest, study: ArchivedStudy, known: string | null, fresh: readonly CheckedRun[]): { studyId: string; incoming: Incoming[] } {
  // A study of which every run is here in others, and which is not here itself, has nothing to bring but its name.
  if (fresh.length === 0 && known === null && study.runs.length > 0) {
    const first = history.runs.get(study.runs[0] ?? '')
    return { studyId: first?.summary.studyId ?? study.id, incoming: [] }
  }
  const placed: string[] = []
  try {
    return history.transaction(() => {
      const studyId = known ?? (history.studies.has(study.id) ? studyIdFor(study.name, (taken) => history.studies.has(taken)) : study.id)
      if (known === null) history.studies.insert({ id: studyId, name: study.name, createdAt: study.createdAt, plan: study.plan })
      const incoming = fresh.map((run): Incoming => {
        const archived = parseRun(archive, run.id, readFileSync(path.join(folder, 'runs', run.id, 'run.json'), 'utf8'))
        const taken = (id: string): boolean => history.runs.get(id) !== null || existsSync(runDir(paths, id))
        const as = taken(run.id) ? runIdFor(studyId, archived.config, taken) : run.id
        insert({ history, paths }, folder, studyId, as, run, archived, manifest.createdAt)
        placed.push(...place(paths, folder, run, as))
        return { run, as }
      })
      return { studyId, incoming }
    })
  } catch (thrown) {
    for (const one of placed) rmSync(one, { recursive: true, force: true })
    throw thrown
  }
}

function insert({ history, paths }: Pick<Context, 'history' | 'paths'>, folder: string, studyId: string, as: string, run: CheckedRun, archived: ArchivedRun, exportedAt: string): void {
  const { config, environment, checkpoint } = archived
  const { arch, variant, dataset, seed, epochs } = config
  const { trainableParameters, trainableFilters } = modelSummary(arch, variant, datasetSizes[dataset].classes)
  const ended = endedStates.includes(archived.state)
  const key = history.imports.insert({
    id: as,
    studyId,
    configId: history.configs.put(config),
    arch,
    variant,
    dataset,
    seed,
    epochs,
    trainExamples: archived.trainExamples,
    testExamples: archived.testExamples,
    trainableParameters,
    trainableFilters,
    state: ended ? archived.state : 'interrupted',
    reason: ended ? archived.reason : `It was ${archived.state} where it was exported.`,
    environmentHash: environment && history.environments.put(environment),
    datasetFingerprint: archived.datasetFingerprint,
    startupSeconds: archived.startupSeconds,
    weightsFile: run.hasWeights ? path.relative(paths.dataDir, path.join(runDir(paths, as), 'weights.safetensors')) : null,
    weightsSha256: archived.weightsSha256,
    createdAt: archived.createdAt,
    startedAt: archived.startedAt,
    endedAt: ended ? archived.endedAt : exportedAt,
    note: archived.note,
    archivedAt: archived.archivedAt,
    checkpointStep: checkpoint?.step ?? null,
    checkpointEpochs: checkpoint?.epochs ?? null,
    checkpointAt: checkpoint?.at ?? null,
  })
  history.metrics.addEpochs(key, archived.epochs)
  history.metrics.addSteps(key, archived.steps)
  if (archived.evaluation) history.metrics.putEvaluation(key, archived.evaluation)
  for (const figures of archived.figures) history.filters.addFigures(key, figures)
  for (const { level, kind, message, at } of archived.events) history.events.add(key, level, kind, message, at)
  if (!ended) history.events.add(key, 'info', 'interrupted', `It was ${archived.state} where it was exported.`, exportedAt)
  if (as !== run.id) history.events.add(key, 'info', 'imported', `Called ${run.id} where it was exported: that id is another run's here.`)
  for (const tag of archived.tags) history.runMarks.tag(as, tag)
  if (archived.filters.length === 0) return
  const file = openSync(path.join(folder, 'runs', run.id, 'filters.bin'), 'r')
  try {
    for (const { layer, epoch, shape } of archived.filters) {
      const bytes = Buffer.alloc(filterBytes(shape))
      if (readSync(file, bytes) !== bytes.length) throw new Error(`the filters of ${run.id} end too early`)
      history.filters.add(key, epoch, layer, shape, bytes)
    }
  } finally {
    closeSync(file)
  }
}

/** @returns the folder that was put in place; none where the run has no files */
function place(paths: Paths, folder: string, run: CheckedRun, as: string): string[] {
  if (!run.hasWeights && run.checkpoint === null) return []
  const from = path.join(folder, 'runs', run.id)
  for (const name of ['run.json', 'filters.bin']) rmSync(path.join(from, name), { force: true })
  for (const name of [...(run.hasWeights ? ['weights.safetensors'] : []), ...(run.checkpoint === null ? [] : [run.checkpoint])]) flush(path.join(from, name))
  const to = runDir(paths, as)
  renameDurably(from, to)
  return [to]
}
