/** Writes a study to one archive file. */
import { constants, createWriteStream, existsSync } from 'node:fs'
import { access, copyFile, mkdir, open, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { create } from 'tar'
import { codeOf, messageOf, WorkbenchError } from '../../contract/errors'
import type { ServiceResult } from '../../contract/calls'
import {
  archiveManifest,
  archiveVersion,
  archivedRun,
  archivedStudy,
  manifestName,
  maxJsonBytes,
  type ArchiveManifest,
} from '../../contract/publish/studyArchive'
import { writeOutputWith } from '../../files/outputFile'
import { sha256Of, sha256OfChunks, sha256OfFile } from '../../files/sha256'
import type { RunRecord } from '../../history/runs/runs'
import type { StudyRecord } from '../../history/studies'
import type { Context } from '../app/context'
import { isOfRun, isReserved, newestCheckpoint, runDir } from '../storage/dataDir'
import type { ReportProgress } from '../tasks/backgroundTasks'
import { archivedRunOf, filterBlobs } from './runs'

type Member = ArchiveManifest['members'][number]

export interface ExportOptions {
  /** Path to write. */
  out: string
  /** Whether to include each run's last checkpoint, so that it can be resumed or extended after the import. */
  checkpoints: boolean
  /** Whether to replace an existing file. */
  replace: boolean
}

/**
 * Writes the archive. Leaves out runs in the trash.
 * Throws as `writeOutput`, and a WorkbenchError `bad-data` if a file of a run is corrupt.
 */
export async function exportStudy(
  context: ExportContext,
  study: StudyRecord,
  { out, checkpoints, replace }: ExportOptions,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<ServiceResult<'publish.export'>> {
  return writeOutputWith(
    out,
    { overwrite: replace, isReserved: (file) => isReserved(context.paths.dataDir, file), signal },
    async (part) => {
      const members = `${part}.members`
      await mkdir(members)
      return { file: out, ...(await pack(context, study, members, part, checkpoints, signal, report)) }
    },
  )
}

type ExportContext = Pick<Context, 'history' | 'paths' | 'program'>

/** @param folder scratch folder for the members */
async function pack(
  context: ExportContext,
  study: StudyRecord,
  folder: string,
  part: string,
  checkpoints: boolean,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<Omit<ServiceResult<'publish.export'>, 'file'>> {
  const { history, program } = context
  const runs = history.runs.ofStudy(study.id)
  const { id, name, createdAt, plan } = study
  const members = [
    await putJson(
      folder,
      'study.json',
      archivedStudy.parse({ id, name, createdAt, plan, runs: runs.map((run) => run.summary.id) }),
    ),
  ]
  for (const [i, run] of runs.entries()) {
    signal.throwIfAborted()
    report('reading runs', i, runs.length)
    members.push(...(await putRun(context, folder, run, checkpoints)))
  }
  signal.throwIfAborted()
  const manifest = archiveManifest.parse({
    format: 'mcnn-study',
    version: archiveVersion,
    program,
    createdAt: new Date().toISOString(),
    members,
  })
  await writeFile(path.join(folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`)
  let packed = 0
  const names = [manifestName, ...members.map((member) => member.path)]
  const bytes = create(
    {
      cwd: folder,
      gzip: true,
      portable: true,
      noDirRecurse: true,
      strict: true,
      onWriteEntry: () => report('packing', packed++, names.length),
    },
    names,
  )
  // A cancelled pipeline must end at once, not after packing all files.
  await pipeline(bytes as AsyncIterable<Uint8Array>, createWriteStream(part, { flags: 'wx' }), { signal })
  return { bytes: (await stat(part)).size, runs: runs.length, members: members.length }
}

async function putRun(
  { history, paths }: Pick<Context, 'history' | 'paths'>,
  folder: string,
  run: RunRecord,
  checkpoints: boolean,
): Promise<Member[]> {
  const { id, weightsSha256 } = run.summary
  const inside = `runs/${id}`
  await mkdir(path.join(folder, inside), { recursive: true })
  const checkpoint = checkpoints && run.checkpoint !== null ? newestCheckpoint(runDir(paths, id)) : null
  const archived = archivedRun.parse(archivedRunOf(history, run, checkpoint !== null))
  const members = [await putJson(folder, `${inside}/run.json`, archived)]
  if (archived.filters.length > 0)
    members.push(await putFilters(history, folder, `${inside}/filters.bin`, run, archived))
  const weights = run.weightsFile === null ? null : path.resolve(paths.dataDir, run.weightsFile)
  if (weights !== null && isOfRun(paths, id, weights) && existsSync(weights)) {
    const member = await putFile(folder, `${inside}/weights.safetensors`, weights)
    if (member.sha256 !== weightsSha256)
      throw new WorkbenchError(
        'bad-data',
        `The weights of the run ${id} are corrupt: they differ from those that its trainer wrote.`,
        {
          fix: `Train it again (\`mcnn verify\` checks that the result is identical), or restore ${weights} from a copy.`,
        },
      )
    members.push(member)
  }
  if (checkpoint !== null) members.push(await putFile(folder, `${inside}/${path.basename(checkpoint)}`, checkpoint))
  return members
}

async function putJson(folder: string, name: string, value: unknown): Promise<Member> {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
  if (bytes.length > maxJsonBytes)
    throw new WorkbenchError('unavailable', `${name} would have ${bytes.length} bytes, more than an archive can hold.`)
  await writeFile(path.join(folder, name), bytes)
  return { path: name, size: bytes.length, sha256: sha256Of(bytes) }
}

async function putFilters(
  history: Context['history'],
  folder: string,
  name: string,
  { key }: RunRecord,
  archived: Parameters<typeof filterBlobs>[2],
): Promise<Member> {
  const handle = await open(path.join(folder, name), 'wx')
  try {
    const written = await sha256OfChunks(filterBlobs(history, key, archived), (_size, bytes) => handle.writeFile(bytes))
    return { path: name, ...written }
  } finally {
    await handle.close()
  }
}

/** Shares blocks if the file system supports it. */
async function putFile(folder: string, name: string, from: string): Promise<Member> {
  const to = path.join(folder, name)
  await access(from, constants.R_OK).catch((cause: unknown) => {
    throw new WorkbenchError('unavailable', `Cannot read ${from} (${codeOf(cause) ?? messageOf(cause)}).`, {
      fix: 'Check its permissions, or restore it from a copy.',
      cause,
    })
  })
  await copyFile(from, to, constants.COPYFILE_FICLONE)
  return { path: name, ...(await sha256OfFile(to)) }
}
