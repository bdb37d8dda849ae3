/** Recognises the files of a data set in any order and writes their records to the right positions. */
import { open, writeFile, type FileHandle } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ArchiveFault } from '../../archives/fault'
import { isClutter, type Member, type Sink, type Visitor } from '../../archives/visitor'
import { importedNames } from '../../contract/datasets/datasetRegistry'
import { importExtensions } from '../../contract/publish/archiveFormats'
import type { WorkbenchError } from '../../contract/errors'
import { countOf, labelBytesOf, type CifarSpec, type Part } from '../catalog'
import { onDisk, writeAll } from '../disk'
import { recordBytes, splitNames, throwIfCancelled, type SplitName } from './format'
import type { ImportOptions } from './options'
import {
  candidatesOf,
  downloadAgain,
  fittingCandidates,
  namedCandidate,
  recognise,
  whatIsWrong,
  type Candidate,
  type Recognised,
} from './recognise'
import { badFile, RecordChecks, sizeWords, type Form } from '../records'
import { flushPath } from '../../files/durable'
import { sha256OfFile } from '../../files/sha256'
import { fileOf, manifestName, type Manifest } from '../store'

/** Most ignored file names in the error message. */
const mostNames = 3

export class Intake implements Visitor {
  readonly #candidates: Candidate[]
  readonly #folder: string
  readonly #options: ImportOptions
  /** Data set of the first recognised file. */
  #set: { spec: CifarSpec; form: Form; checks: RecordChecks } | null = null
  readonly #taken = new Map<Part, { path: string; sha256: string; verified: boolean }>()
  readonly #problems: { candidate: Candidate; error: WorkbenchError }[] = []
  readonly #paths = new Set<string>()
  readonly #archives: string[] = []
  /** Files with the size of a batch but other content. */
  readonly #alike: string[] = []
  readonly #handles = new Map<SplitName, FileHandle>()
  #lastProgress = ''

  /** @param folder empty; receives the records */
  constructor(specs: readonly CifarSpec[], folder: string, options: ImportOptions) {
    this.#candidates = candidatesOf(specs)
    this.#folder = folder
    this.#options = options
  }

  /** Skips files that are not part of a data set. */
  open({ path, size, problem }: Member): Sink | null {
    if (isClutter(path)) return null
    const name = basename(path)
    const named = namedCandidate(this.#candidates, name)
    const again = this.#paths.has(path)
    this.#paths.add(path)
    const fitting = problem === null ? fittingCandidates(this.#candidates, size) : []
    if (fitting.length === 0) {
      if (!named) {
        if (
          this.#archives.length < mostNames &&
          importExtensions.some((extension) => name.toLowerCase().endsWith(`.${extension}`))
        )
          this.#archives.push(name)
        return null
      }
      if (again) throw twice(path)
      this.#problems.push({
        candidate: named,
        error: badFile(
          name,
          problem === null ? sizeWords(named.spec, named.part, named.form, size) : `${problem}.`,
          downloadAgain,
        ),
      })
      return null
    }
    const content = Buffer.allocUnsafe(size)
    let got = 0
    return {
      write: (chunk) => {
        content.set(chunk, got)
        got += chunk.length
      },
      settle: () => this.#accept({ path, name, named, again }, content, fitting),
    }
  }

  async #accept(
    { path, name, named, again }: { path: string; name: string; named: Candidate | null; again: boolean },
    content: Buffer,
    fitting: readonly Candidate[],
  ): Promise<void> {
    const { signal } = this.#options
    const recognised = await recognise(content, fitting, named, signal)
    if (recognised) return this.#store(path, name, recognised)
    if (!named) {
      if (this.#alike.length < mostNames) this.#alike.push(name)
      return
    }
    if (again) throw twice(path)
    this.#problems.push({ candidate: named, error: whatIsWrong(named, name, content) })
  }

  async #store(path: string, name: string, { spec, form, part, records, sha256, verified }: Recognised): Promise<void> {
    this.#set ??= { spec, form, checks: new RecordChecks(spec) }
    if (this.#set.spec !== spec)
      throw new ArchiveFault(
        `contains ${name} of ${spec.name} next to files of ${this.#set.spec.name}.`,
        'Import the folder of one data set.',
      )
    const before = this.#taken.get(part)
    if (before?.sha256 === sha256) return
    if (before)
      throw before.path === path
        ? twice(path)
        : new ArchiveFault(`contains two different files for ${part[form]}: ${before.path} and ${path}.`)
    this.#taken.set(part, { path, sha256, verified })
    this.#set.checks.add(part, name, records)
    await onDisk(async () => {
      const handle = this.#handles.get(part.split) ?? (await open(join(this.#folder, fileOf(part.split)), 'wx'))
      this.#handles.set(part.split, handle)
      await writeAll(handle, records, part.first * recordBytes(labelBytesOf(spec)))
    })
    throwIfCancelled(this.#options.signal)
  }

  /** Returns why the set is incomplete, a wrong file before a missing one; null if it is complete. */
  incomplete(): Error | null {
    const set = this.#set
    if (!set)
      return this.#problems[0]?.error ?? new ArchiveFault(`contains no file of ${importedNames}.${this.#hint()}`)
    const missing = set.spec.parts.filter((part) => !this.#taken.has(part))
    if (missing.length === 0) return null
    const problem = this.#problems.find(({ candidate }) => missing.includes(candidate.part))
    if (problem) return problem.error
    const names = missing.map((part) => part[set.form])
    return badFile(names.join(', '), `of ${set.spec.name} ${names.length === 1 ? 'is' : 'are'} missing.${this.#hint()}`)
  }

  #hint(): string {
    const [archive] = this.#archives
    if (archive !== undefined) return ` It contains an archive: unpack ${archive}, or import that file.`
    const [alike] = this.#alike
    return alike === undefined ? '' : ` ${alike} has the size of such a file but other content.`
  }

  /**
   * Verifies the complete set and flushes it to the disk, with a manifest.
   * @param md5s of the archive's compressed layers
   */
  async finish(source: string, md5s: readonly string[]): Promise<{ spec: CifarSpec; manifest: Manifest }> {
    const incomplete = this.incomplete()
    const set = this.#set
    if (incomplete || !set) throw incomplete ?? new Error('an import without a set is complete')
    const { spec, form, checks } = set
    checks.finish(form)
    await onDisk(async () => {
      for (const handle of this.#handles.values()) await handle.sync()
    })
    await this.close()
    const stored = { train: await this.#stored(spec, 'train'), test: await this.#stored(spec, 'test') }
    const verified = [...this.#taken.values()].every((part) => part.verified)
    const official = verified || (spec.binaryArchiveMd5 !== null && md5s.includes(spec.binaryArchiveMd5))
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
      await writeFile(join(this.#folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, {
        flag: 'wx',
        flush: true,
      })
      await flushPath(this.#folder)
    })
    return { spec, manifest }
  }

  /** Returns size and SHA-256 of the file on the disk. */
  async #stored(spec: CifarSpec, split: SplitName): Promise<Manifest['train']> {
    const size = recordBytes(labelBytesOf(spec))
    const total = splitNames.reduce((sum, s) => sum + countOf(spec, s) * size, 0)
    const before = split === 'train' ? 0 : countOf(spec, 'train') * size
    const { sha256 } = await sha256OfFile(join(this.#folder, fileOf(split)), (done) => {
      throwIfCancelled(this.#options.signal)
      this.progress('Checking', before + done, total)
    })
    return { count: countOf(spec, split), bytes: countOf(spec, split) * size, sha256 }
  }

  async close(): Promise<void> {
    const open = [...this.#handles.values()]
    this.#handles.clear()
    await Promise.all(open.map((handle) => handle.close()))
  }

  /** Reports at most once per percent. */
  progress(phase: string, done: number, total: number): void {
    const id = this.#set?.spec.id ?? null
    const key = `${phase} ${Math.floor((100 * done) / total)} ${id ?? ''}`
    if (key === this.#lastProgress) return
    this.#lastProgress = key
    this.#options.onProgress?.({ id, phase, done, total })
  }
}

function twice(path: string): ArchiveFault {
  return new ArchiveFault(`contains ${basename(path)} twice, with different content.`)
}
