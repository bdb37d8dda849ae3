/** Imports a published CIFAR archive or folder into the data directory: complete and verified, or not at all. */
import { basename, dirname, join, resolve } from 'node:path'
import { ArchiveFault } from '../../archives/fault'
import { listFolder } from '../../archives/folder'
import { NoArchive, readMembers } from '../../archives/readMembers'
import { isClutter, type Member } from '../../archives/visitor'
import { archiveFormatWords } from '../../contract/publish/archiveFormats'
import { codeOf, WorkbenchError } from '../../contract/errors'
import type { DatasetSummary } from '../../contract/datasets/datasets'
import { statSource, unreadableSource } from '../../files/pathProblems'
import { cifarSpecs, type CifarSpec } from '../catalog'
import { onDisk } from '../disk'
import { throwIfCancelled } from './format'
import { Intake } from './intake'
import type { ImportOptions } from './options'
import { candidatesOf, fittingCandidates, namedCandidate } from './recognise'
import { badFile, fitsSize, sizeRange, type Form } from '../records'
import { dropFolder, makeFolder, putInPlace, removeLeftovers } from '../setFolders'
import { cifarSummary } from '../store'

const limits = {
  /** Limit of unpacked bytes, as a multiple of the largest data set: archives may contain other files. */
  sets: 4,
  otherBytes: 16 << 20,
  archiveMembers: 1000,
  folderFiles: 10_000,
}

const advice = `Choose an official archive (${cifarSpecs.map((s) => `${s.archive}, ${s.archive.replace('binary', 'python')}`).join(', ')}), its files as ${archiveFormatWords}, or their folder.`

/**
 * Verifies an archive or folder and makes it the data set, replacing one that was imported before.
 * @throws WorkbenchError bad-input (no such path), bad-data (names the file and the fault), unavailable (the data
 *   directory cannot be written), cancelled; nothing is changed then and nothing is left behind
 */
export async function importDataset(
  options: ImportOptions,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<DatasetSummary> {
  const { datasetsDir, signal } = options
  if (options.path.trim() === '')
    throw new WorkbenchError('bad-input', 'The path is empty.', { fix: advice, field: 'path' })
  const path = resolve(options.path)
  const name = basename(path) || path
  const info = await statSource(path)
  throwIfCancelled(signal)
  const folder = await onDisk(async () => {
    await removeLeftovers(datasetsDir)
    return makeFolder(datasetsDir)
  })
  const intake = new Intake(specs, join(datasetsDir, folder), options)
  try {
    try {
      const md5s = await read(path, info, intake, options, specs)
      const { spec, manifest } = await intake.finish(options.source ?? name, md5s)
      throwIfCancelled(signal)
      await onDisk(() => putInPlace(datasetsDir, folder, manifest.id))
      return cifarSummary(spec, manifest)
    } finally {
      await intake.close()
    }
  } catch (error) {
    throwIfCancelled(signal)
    throw refused(name, error)
  } finally {
    await dropFolder(datasetsDir, folder)
  }
}

async function read(
  path: string,
  info: { size: number; isDirectory: () => boolean },
  intake: Intake,
  { signal }: ImportOptions,
  specs: readonly CifarSpec[],
): Promise<string[]> {
  const members = info.isDirectory() ? filesOfOneSet(await listed(path, signal), specs) : null
  const total = members ? wantedBytes(members, specs) : info.size
  const largest = Math.max(
    ...specs.map((spec) => spec.parts.reduce((sum, part) => sum + sizeRange(spec, part, 'python').max, 0)),
  )
  const limit = limits.sets * largest + limits.otherBytes
  let done = 0
  const options = {
    path,
    signal,
    maxMembers: limits.archiveMembers,
    limit: () => limit,
    onRead: (bytes: number) => intake.progress('Reading', Math.min((done += bytes), total), total),
    ...(members ? { members } : {}),
  }
  try {
    return (await readMembers(options, intake)).md5s
  } catch (error) {
    if (error instanceof NoArchive) throw singleFile(basename(path), info.size, specs) ?? error
    throw codeOf(error) === null || codeOf(error) === 'ABORT_ERR' || error instanceof WorkbenchError
      ? error
      : unreadable(path, error)
  }
}

/** Returns the advice for a single chosen file of a data set; null for other files. */
function singleFile(name: string, size: number, specs: readonly CifarSpec[]): WorkbenchError | null {
  const candidates = candidatesOf(specs)
  const [one] = [namedCandidate(candidates, name), ...fittingCandidates(candidates, size)].filter(
    (candidate) => candidate !== null,
  )
  return one
    ? badFile(name, `is one file of ${one.spec.name}, not the complete set.`, 'Choose the folder that contains it.')
    : null
}

async function listed(path: string, signal: AbortSignal | undefined): Promise<Member[]> {
  const members = await listFolder(path, { maxMembers: limits.folderFiles, signal }).catch((error: unknown) => {
    throw error instanceof ArchiveFault ? error : unreadable(path, error)
  })
  const files = members.filter((member) => !isClutter(member.path))
  if (files.length === 0) throw new ArchiveFault('is an empty folder.')
  return files
}

/**
 * Returns the files of the only folder that can contain a complete data set, the chosen one before its subfolders; all
 * files if none can.
 */
function filesOfOneSet(members: Member[], specs: readonly CifarSpec[]): Member[] {
  const folders = new Map<string, Member[]>()
  for (const member of members) {
    const folder = dirname(member.path)
    folders.set(folder, [...(folders.get(folder) ?? []), member])
  }
  const complete = [...folders].filter(([, files]) => canBeComplete(files, specs)).map(([folder]) => folder)
  const [only] = complete.includes('.') ? ['.'] : complete
  if (only === undefined) return members
  if (only !== '.' && complete.length > 1)
    throw new ArchiveFault(`contains several data sets: ${complete.join(', ')}.`, 'Choose one of these folders.')
  return folders.get(only) ?? members
}

function canBeComplete(files: readonly Member[], specs: readonly CifarSpec[]): boolean {
  return specs.some((spec) =>
    (['binary', 'python'] as const satisfies Form[]).some((form) => {
      const sizes = files.map(({ size }) => size)
      const enough = (count: number): boolean => {
        const alike = spec.parts.filter((part) => part.count === count)
        return sizes.filter((size) => alike.some((part) => fitsSize(spec, part, form, size))).length >= alike.length
      }
      return [...new Set(spec.parts.map(({ count }) => count))].every(enough)
    }),
  )
}

function wantedBytes(members: readonly Member[], specs: readonly CifarSpec[]): number {
  const candidates = candidatesOf(specs)
  return Math.max(
    1,
    members.reduce((sum, { size }) => sum + (fittingCandidates(candidates, size).length > 0 ? size : 0), 0),
  )
}

/** Returns the error of a source, with its name. */
function refused(name: string, error: unknown): unknown {
  if (error instanceof ArchiveFault)
    return new WorkbenchError('bad-data', `Cannot import ${name}: it ${error.message}`, { fix: error.fix ?? advice })
  if (error instanceof WorkbenchError && error.code === 'bad-data')
    return new WorkbenchError('bad-data', `Cannot import ${name}: ${error.message}`, { fix: error.fix ?? advice })
  return error
}

function unreadable(path: string, error: unknown): unknown {
  return codeOf(error) === 'ABORT_ERR' ? error : unreadableSource(path, error)
}
