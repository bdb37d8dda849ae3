/** Brings a published CIFAR archive or folder into the data directory: all of it, checked, or nothing. */
import { createHash } from 'node:crypto'
import { createReadStream, type Dirent } from 'node:fs'
import { open, readdir, readFile, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { WorkbenchError } from '../contract/errors'
import type { DatasetId } from '../contract/experiment'
import type { DatasetSummary } from '../contract/records'
import { readArchive } from './archive'
import { cifarSpecs, countOf, labelBytesOf, type CifarSpec, type Part } from './catalog'
import { digest, recordBytes, splitNames, throwIfCancelled, type SplitName } from './format'
import { badFile, checkSize, pythonRecords, RecordChecks, sizeRange, type Form } from './records'
import { cifarSummary, codeOf, dropFolder, fileOf, makeFolder, manifestName, putInPlace, removeLeftovers, syncFolder, type Manifest } from './store'

export interface ImportProgress {
  /** Null until the files tell. */
  id: DatasetId | null
  phase: string
  /** Bytes. */
  done: number
  total: number
  /** Of a download; null where they can't be told yet. */
  bytesPerSecond?: number | null
  etaSeconds?: number | null
}

export interface ImportOptions {
  /** An official archive (.tar.gz) or its unpacked folder, binary or Python. */
  path: string
  datasetsDir: string
  /** Where it came from, for the manifest; the file's name where nothing is said. */
  source?: string
  signal?: AbortSignal
  onProgress?: (progress: ImportProgress) => void
}

/** One published form of a set. */
interface Layout {
  spec: CifarSpec
  form: Form
}

/** What else the official archives hold, and what file managers add. */
const ignored = /^(\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|readme\.html|batches\.meta(\.txt)?|meta|(fine|coarse)_label_names\.txt|file\.txt~)$/
const maxIgnoredBytes = 1 << 20

const advice = `Choose an official archive (${cifarSpecs.map((s) => `${s.archive}, ${s.archive.replace('binary', 'python')}`).join(', ')}) or its unpacked folder.`

/**
 * Checks an archive or folder and makes it the data set, in place of one imported before.
 * @throws WorkbenchError bad-input (no such path), bad-data (names the file and what is wrong), unavailable (the data
 * directory can't be written), cancelled; then nothing is left behind and nothing was changed
 */
export async function importDataset(options: ImportOptions, specs: readonly CifarSpec[] = cifarSpecs): Promise<DatasetSummary> {
  const { datasetsDir, signal } = options
  if (options.path.trim() === '') throw new WorkbenchError('bad-input', 'The path is empty.', { fix: advice, field: 'path' })
  const path = resolve(options.path)
  const name = basename(path)
  const info = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  if (!info.isDirectory() && !info.isFile()) throw badFile(name, 'is neither a file nor a folder.', advice)
  throwIfCancelled(signal)
  const folder = await onDisk(async () => {
    await removeLeftovers(datasetsDir)
    return makeFolder(datasetsDir)
  })
  try {
    const intake = new Intake(specs, join(datasetsDir, folder), options)
    try {
      const archiveMd5 = info.isDirectory() ? await fromFolder(path, intake, options) : await fromArchive(path, info.size, intake, options, specs)
      const manifest = await intake.finish(name, options.source ?? name, archiveMd5)
      throwIfCancelled(signal)
      await onDisk(() => putInPlace(datasetsDir, folder, manifest.id))
      return cifarSummary(intake.layout(name).spec, manifest)
    } finally {
      await intake.close()
    }
  } catch (error) {
    if (signal?.aborted) throwIfCancelled(signal)
    throw error
  } finally {
    await dropFolder(datasetsDir, folder)
  }
}

async function fromArchive(path: string, size: number, intake: Intake, options: ImportOptions, specs: readonly CifarSpec[]): Promise<string> {
  const name = basename(path)
  const head = await firstBytes(path)
  if (head.length === 0) throw badFile(name, 'is empty.', advice)
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    const layout = layoutsWith(name, specs)[0]
    if (layout) throw badFile(name, `is one file of ${layout.spec.name}, not the whole set.`, 'Choose the folder that holds it.')
    throw badFile(name, 'is not a gzip archive.', advice)
  }
  const largest = Math.max(...specs.map((spec) => spec.parts.reduce((sum, part) => sum + sizeRange(spec, part, 'python').max, 0)))
  let done = 0
  const md5 = await readArchive(
    {
      path,
      maxBytes: largest + 16 * maxIgnoredBytes,
      signal: options.signal,
      onRead: (bytes) => intake.progress('Reading', (done += bytes), size),
    },
    {
      wants: (file, bytes) => intake.wants(name, file, bytes),
      take: (file, content) => intake.take(file, content),
    },
  )
  intake.missing(name)
  return md5
}

async function fromFolder(path: string, intake: Intake, options: ImportOptions): Promise<null> {
  const name = basename(path)
  const { folder, layout, files } = await findLayout(path, intake.specs)
  intake.choose(layout)
  const present = layout.spec.parts.filter((part) => files.has(part[layout.form]))
  intake.missing(name, present)
  let total = 0
  for (const part of present) {
    const file = part[layout.form]
    const info = await stat(join(folder, file)).catch((error: unknown) => {
      throw unreadable(join(folder, file), error)
    })
    // Reading a pipe or a device could wait for ever.
    if (!info.isFile()) throw badFile(file, 'is not a file.')
    checkSize(layout.spec, part, layout.form, info.size)
    total += info.size
  }
  let done = 0
  for (const part of present) {
    const file = part[layout.form]
    const content = await readFile(join(folder, file), options.signal ? { signal: options.signal } : {}).catch((error: unknown) => {
      throw unreadable(join(folder, file), error)
    })
    intake.wants(name, file, content.length)
    await intake.take(file, content)
    intake.progress('Reading', (done += content.length), total)
  }
  return null
}

/** The published form that a folder, or the one folder in it, holds most files of. */
async function findLayout(path: string, specs: readonly CifarSpec[]): Promise<{ folder: string; layout: Layout; files: Set<string> }> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  const here = bestLayout(entries, specs)
  if (here) return { folder: path, ...here }
  const inside: { folder: string; layout: Layout; files: Set<string> }[] = []
  for (const entry of entries.filter((e) => e.isDirectory()).slice(0, 100)) {
    const folder = join(path, entry.name)
    const found = bestLayout(await readdir(folder, { withFileTypes: true }).catch(() => []), specs)
    if (found) inside.push({ folder, ...found })
  }
  const [only] = inside
  if (only && inside.length === 1) return only
  if (only) throw badFile(basename(path), `holds several sets: ${inside.map((f) => basename(f.folder)).join(', ')}.`, 'Choose one of these folders.')
  throw badFile(basename(path) || path, entries.length === 0 ? 'is an empty folder.' : 'holds no file of CIFAR-10 or CIFAR-100.', advice)
}

function bestLayout(entries: Dirent[], specs: readonly CifarSpec[]): { layout: Layout; files: Set<string> } | null {
  const files = new Set(entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name))
  const share = ({ spec, form }: Layout): number => spec.parts.filter((part) => files.has(part[form])).length / spec.parts.length
  const [best] = allLayouts(specs).sort((a, b) => share(b) - share(a))
  return best && share(best) > 0 ? { layout: best, files } : null
}

function allLayouts(specs: readonly CifarSpec[]): Layout[] {
  return specs.flatMap((spec): Layout[] => [
    { spec, form: 'binary' },
    { spec, form: 'python' },
  ])
}

function layoutsWith(file: string, specs: readonly CifarSpec[]): Layout[] {
  return allLayouts(specs).filter(({ spec, form }) => spec.parts.some((part) => part[form] === file))
}

/** Takes the parts in any order, checks each and writes its records where they belong. */
class Intake {
  private chosen: Layout | null = null
  private checks: RecordChecks | null = null
  private readonly taken = new Set<Part>()
  private readonly handles = new Map<SplitName, FileHandle>()
  private lastProgress = ''

  constructor(
    readonly specs: readonly CifarSpec[],
    private readonly folder: string,
    private readonly options: ImportOptions,
  ) {}

  choose(layout: Layout): void {
    this.chosen = layout
    this.checks = new RecordChecks(layout.spec)
  }

  layout(source: string): Layout {
    if (!this.chosen) throw badFile(source, 'holds no file of CIFAR-10 or CIFAR-100.', advice)
    return this.chosen
  }

  /** Whether a file of this name is a part; throws where it is foreign, is there twice or has a wrong size. */
  wants(source: string, file: string, size: number): boolean {
    if (!this.chosen) {
      const [layout] = layoutsWith(file, this.specs)
      if (layout) this.choose(layout)
    }
    const part = this.chosen?.spec.parts.find((p) => this.chosen && p[this.chosen.form] === file)
    if (!this.chosen || !part) {
      if (ignored.test(file) && size <= maxIgnoredBytes) return false
      const other = layoutsWith(file, this.specs)[0]
      throw badFile(
        source,
        other ? `holds ${file} of ${other.spec.name} beside files of another set.` : `holds ${file}, which is not part of CIFAR-10 or CIFAR-100.`,
        advice,
      )
    }
    if (this.taken.has(part)) throw badFile(source, `holds ${file} twice.`)
    this.taken.add(part)
    checkSize(this.chosen.spec, part, this.chosen.form, size)
    return true
  }

  /** Throws where parts are missing. */
  missing(source: string, present: Iterable<Part> = this.taken): void {
    const { spec, form } = this.layout(source)
    const there = new Set(present)
    const names = spec.parts.filter((part) => !there.has(part)).map((part) => part[form])
    if (names.length > 0) throw badFile(source, `${names.join(', ')} of ${spec.name} ${names.length === 1 ? 'is' : 'are'} missing.`, advice)
  }

  async take(file: string, content: Buffer): Promise<void> {
    const { spec, form } = this.layout(file)
    const part = spec.parts.find((p) => p[form] === file)
    if (!part) throw badFile(file, 'was not expected.')
    const { signal } = this.options
    if (form === 'python' && part.pythonMd5 !== null && (await digest('md5', content, signal)) !== part.pythonMd5) throw changed(file, spec)
    const records = form === 'python' ? pythonRecords(spec, part, content) : content
    this.checks?.add(part, file, records)
    if (part.sha256 !== null && (await digest('sha256', records, signal)) !== part.sha256) throw changed(file, spec)
    await onDisk(async () => {
      const handle = this.handles.get(part.split) ?? (await open(join(this.folder, fileOf(part.split)), 'wx'))
      this.handles.set(part.split, handle)
      await writeAll(handle, records, part.first * recordBytes(labelBytesOf(spec)))
    })
    throwIfCancelled(signal)
  }

  /** Checks the set as a whole, writes everything through to the disk, with a manifest. */
  async finish(name: string, source: string, archiveMd5: string | null): Promise<Manifest> {
    const { spec, form } = this.layout(name)
    this.checks?.finish(form)
    await onDisk(async () => {
      for (const handle of this.handles.values()) await handle.sync()
    })
    await this.close()
    const stored = { train: await this.stored(spec, 'train'), test: await this.stored(spec, 'test') }
    const checked = spec.parts.every((part) => part.sha256 !== null || (form === 'python' && part.pythonMd5 !== null))
    const official = checked || (form === 'binary' && spec.binaryArchiveMd5 !== null && archiveMd5 === spec.binaryArchiveMd5)
    const manifest: Manifest = {
      format: 1,
      id: spec.id,
      classes: [...spec.classes],
      labelBytes: labelBytesOf(spec),
      ...stored,
      official: official ? true : null,
      source,
      importedAt: new Date().toISOString(),
    }
    await onDisk(async () => {
      await writeFile(join(this.folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx', flush: true })
      await syncFolder(this.folder)
    })
    return manifest
  }

  /** Size and SHA-256 of what really was written. */
  private async stored(spec: CifarSpec, split: SplitName): Promise<Manifest['train']> {
    const path = join(this.folder, fileOf(split))
    const size = recordBytes(labelBytesOf(spec))
    const total = splitNames.reduce((sum, s) => sum + countOf(spec, s) * size, 0)
    const before = split === 'train' ? 0 : countOf(spec, 'train') * size
    const bytes = countOf(spec, split) * size
    const sha256 = await fileDigest(path, this.options.signal, (done) => this.progress('Checking', before + done, total))
    return { count: countOf(spec, split), bytes, sha256 }
  }

  async close(): Promise<void> {
    const open = [...this.handles.values()]
    this.handles.clear()
    await Promise.all(open.map((handle) => handle.close()))
  }

  /** At most one a percent. */
  progress(phase: string, done: number, total: number): void {
    const key = `${phase} ${Math.floor((100 * done) / total)} ${this.chosen?.spec.id ?? ''}`
    if (key === this.lastProgress) return
    this.lastProgress = key
    this.options.onProgress?.({ id: this.chosen?.spec.id ?? null, phase, done, total })
  }
}

function changed(file: string, spec: CifarSpec): WorkbenchError {
  return badFile(file, `has been changed: its content is not that of the official ${spec.name} file.`, 'Download the archive again.')
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    const handle = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function fileDigest(path: string, signal: AbortSignal | undefined, onRead: (done: number) => void): Promise<string> {
  const hash = createHash('sha256')
  let done = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    throwIfCancelled(signal)
    hash.update(chunk)
    onRead((done += chunk.length))
  }
  return hash.digest('hex')
}

export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten
}

function unreadable(path: string, error: unknown): unknown {
  const code = codeOf(error)
  if (code === 'ABORT_ERR') return error
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new WorkbenchError('bad-input', `${path}: no such file or folder.`, { fix: advice, field: 'path', cause: error })
  return new WorkbenchError('bad-input', `${basename(path)}: can't be read (${code ?? String(error)}).`, {
    fix: 'See to it that you may read it, then import it again.',
    field: 'path',
    cause: error,
  })
}

/** Errors of the data directory, as what they mean. */
export async function onDisk<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    const code = codeOf(error)
    if (error instanceof WorkbenchError || code === undefined) throw error
    const full = code === 'ENOSPC' || code === 'EDQUOT'
    throw new WorkbenchError('unavailable', full ? 'The disk of the data directory is full.' : `The data directory can't be written (${code}).`, {
      fix: full ? 'Free 400 MB there, or choose another data directory.' : 'See to it that you may write there, or choose another data directory.',
      cause: error,
    })
  }
}
