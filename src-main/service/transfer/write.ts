/** A study into one file. */
import { createHash } from 'node:crypto'
import { constants, createReadStream, createWriteStream, existsSync } from 'node:fs'
import { copyFile, mkdir, open, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { create } from 'tar'
import { codeOf, WorkbenchError } from '../../contract/errors'
import type { ServiceResult } from '../../contract/calls'
import { archiveManifest, archiveVersion, archivedRun, archivedStudy, manifestName, maxJsonBytes, type ArchiveManifest } from '../../contract/studyArchive'
import type { RunRecord } from '../../history/runs'
import type { StudyRecord } from '../../history/studies'
import type { Context } from '../context'
import { isOfRun, newestCheckpoint, runDir } from '../dataDir'
import { placeMade } from '../placing'
import type { Tell } from '../works'
import { archivedRunOf, filterBlobs } from './runs'

type Member = ArchiveManifest['members'][number]

export interface ExportOptions {
  /** Where to. */
  out: string
  /** With each run's last checkpoint: it can go on, or be extended, elsewhere. */
  checkpoints: boolean
  /** Whether a file of that name is replaced. */
  replace: boolean
}

/**
 * Writes the archive whole or not at all. Runs in the trash stay behind.
 * @throws WorkbenchError conflict where the file is there, bad-data where a file of a run is damaged, unavailable where it can't be written
 */
export async function exportStudy(context: Pick<Context, 'history' | 'paths' | 'program'>, study: StudyRecord, { out, checkpoints, replace }: ExportOptions, signal: AbortSignal, tell: Tell): Promise<ServiceResult<'publish.export'>> {
  const { history, program } = context
  if (!replace && existsSync(out)) throw new WorkbenchError('conflict', `${out} is there already.`, { fix: 'Give the archive another name, or have it replaced with --force.', field: 'out' })
  const runs = history.runs.ofStudy(study.id)
  const folder = `${out}.${process.pid}.parts`
  const part = `${out}.${process.pid}.part`
  try {
    await mkdir(folder)
    const { id, name, createdAt, plan } = study
    const members = [await putJson(folder, 'study.json', archivedStudy.parse({ id, name, createdAt, plan, runs: runs.map((run) => run.summary.id) }))]
    for (const [i, run] of runs.entries()) {
      signal.throwIfAborted()
      tell('reading runs', i, runs.length)
      members.push(...(await putRun(context, folder, run, checkpoints)))
    }
    signal.throwIfAborted()
    const manifest = archiveManifest.parse({ format: 'mcnn-study', version: archiveVersion, program, createdAt: new Date().toISOString(), members })
    await writeFile(path.join(folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`)
    let packed = 0
    const names = [manifestName, ...members.map((member) => member.path)]
    const bytes = create({ cwd: folder, gzip: true, portable: true, noDirRecurse: true, strict: true, onWriteEntry: () => tell('packing', packed++, names.length) }, names)
    // A pipeline: cancelled, it ends at once, and not when all is packed.
    await pipeline(bytes as AsyncIterable<Uint8Array>, createWriteStream(part, { flags: 'wx' }), { signal })
    signal.throwIfAborted()
    const { size } = await stat(part)
    await placeMade(part, out, replace)
    return { file: out, bytes: size, runs: runs.length, members: members.length }
  } catch (thrown) {
    if (thrown instanceof WorkbenchError || signal.aborted || codeOf(thrown) === null) throw thrown
    const missing = codeOf(thrown) === 'ENOENT' && !existsSync(path.dirname(out))
    throw new WorkbenchError('unavailable', missing ? `There is no folder ${path.dirname(out)}.` : `${out} could not be written (${codeOf(thrown) ?? ''}).`, { fix: missing ? 'Make it first, or choose another.' : 'Check that its folder can be written and the disk is not full.', cause: thrown })
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(part, { force: true })
  }
}

async function putRun({ history, paths }: Pick<Context, 'history' | 'paths'>, folder: string, run: RunRecord, checkpoints: boolean): Promise<Member[]> {
  const { id, weightsSha256 } = run.summary
  const inside = `runs/${id}`
  await mkdir(path.join(folder, inside), { recursive: true })
  const checkpoint = checkpoints && run.checkpoint !== null ? newestCheckpoint(runDir(paths, id)) : null
  const archived = archivedRun.parse(archivedRunOf(history, run, checkpoint !== null))
  const members = [await putJson(folder, `${inside}/run.json`, archived)]
  if (archived.filters.length > 0) members.push(await putFilters(history, folder, `${inside}/filters.bin`, run, archived))
  const weights = run.weightsFile === null ? null : path.resolve(paths.dataDir, run.weightsFile)
  if (weights !== null && isOfRun(paths, id, weights) && existsSync(weights)) {
    const member = await putFile(folder, `${inside}/weights.safetensors`, weights)
    if (member.sha256 !== weightsSha256)
      throw new WorkbenchError('bad-data', `The weights of the run ${id} are damaged: they are not those that its trainer wrote.`, { fix: `Train it again (\`mcnn verify\` tells whether it comes out the same), or put ${weights} back from a copy.` })
    members.push(member)
  }
  if (checkpoint !== null) members.push(await putFile(folder, `${inside}/${path.basename(checkpoint)}`, checkpoint))
  return members
}

async function putJson(folder: string, name: string, value: unknown): Promise<Member> {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
  if (bytes.length > maxJsonBytes) throw new WorkbenchError('unavailable', `${name} would have ${bytes.length} bytes, more than an archive takes.`)
  await writeFile(path.join(folder, name), bytes)
  return { path: name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

async function putFilters(history: Context['history'], folder: string, name: string, { key }: RunRecord, archived: Parameters<typeof filterBlobs>[2]): Promise<Member> {
  const hash = createHash('sha256')
  let size = 0
  const handle = await open(path.join(folder, name), 'wx')
  try {
    for await (const bytes of filterBlobs(history, key, archived)) {
      hash.update(bytes)
      size += bytes.length
      await handle.writeFile(bytes)
    }
  } finally {
    await handle.close()
  }
  return { path: name, size, sha256: hash.digest('hex') }
}

/** A file system that can shares the blocks. */
async function putFile(folder: string, name: string, from: string): Promise<Member> {
  const to = path.join(folder, name)
  await copyFile(from, to, constants.COPYFILE_FICLONE)
  return { path: name, ...(await hashOf(to)) }
}

export async function hashOf(file: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, sha256: hash.digest('hex') }
}
