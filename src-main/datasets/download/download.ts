/** Downloads a published archive from its official site, verifies it and imports it. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { statfs, type FileHandle } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { WorkbenchError } from '../../contract/errors'
import type { DatasetId } from '../../contract/experiment'
import type { DatasetSource, DatasetSummary } from '../../contract/datasets'
import { cifarSpecs, countOf, labelBytesOf, type CifarSpec, type Download } from '../catalog'
import { recordBytes, splitNames } from '../import/format'
import { onDisk, writeAll } from '../disk'
import { importDataset } from '../import/import'
import type { ImportProgress } from '../import/options'
import { HttpFault, isPassing, networkSentence, proxyOf, Silence } from './networkFault'
import { PartFile } from './partFile'
import { Rate } from './rate'
import { thousands } from '../records'
import { requestFile } from './request'
import { specOf } from '../store'

/** Settings for tests only; nothing outside of this process can set them. */
export interface DownloadSetup {
  specs: readonly CifarSpec[]
  /** Trusted certificates; null uses those of Node and the system. */
  ca: readonly string[] | null
  env: NodeJS.ProcessEnv
  /** Timeout for the next byte of a connection, in ms. */
  silenceMs: number
  /** Delay before a reconnection in ms; doubled after each attempt without data. */
  retryMs: number
}

const usual: DownloadSetup = { specs: cifarSpecs, ca: null, env: process.env, silenceMs: 30_000, retryMs: 1000 }
/** Consecutive attempts without data before giving up. */
const tries = 4
/** Free bytes that must remain. */
const roomBytes = 32 << 20
/** Milliseconds between two progress reports. */
const progressMs = 250

export interface DownloadOptions {
  id: DatasetId
  datasetsDir: string
  signal: AbortSignal
  onProgress: (progress: ImportProgress) => void
  setup?: Partial<DownloadSetup>
}

/** Returns the source of each data set, its size and the size of a partial download. */
export async function datasetSources(
  datasetsDir: string,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<DatasetSource[]> {
  return Promise.all(
    specs.map(async (spec) => {
      const { url, bytes } = spec.download
      return {
        id: spec.id,
        url,
        host: new URL(url).host,
        file: spec.archive,
        bytes,
        kept: await partOf(spec, datasetsDir).kept(),
      }
    }),
  )
}

/** Deletes an interrupted download. */
export async function discardDownload(
  datasetsDir: string,
  id: DatasetId,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<void> {
  await partOf(downloadable(id, specs), datasetsDir).discard()
}

/**
 * A partial download is kept and resumed. Bytes that are not the official ones are never imported.
 * @throws WorkbenchError bad-input for the built-in data set, unavailable (network, disk), bad-data (not the official
 *   file), cancelled
 */
export async function downloadDataset({
  id,
  datasetsDir,
  signal,
  onProgress,
  setup = {},
}: DownloadOptions): Promise<DatasetSummary> {
  const { specs, ...options } = { ...usual, ...setup }
  const spec = downloadable(id, specs)
  const part = partOf(spec, datasetsDir)
  await onDisk(() => part.makeFolder())
  await mustHaveRoom(spec, datasetsDir, spec.download.bytes - (await part.kept()))
  await new Fetching(spec, part, options, signal, onProgress).run()
  const summary = await importDataset(
    { path: part.whole, source: spec.download.url, datasetsDir, signal, onProgress },
    specs,
  ).catch(async (error: unknown) => {
    if (signal.aborted) throw cancelled(spec.download.bytes, spec.download.bytes)
    // The file changed on the disk after its checksum was compared: a kept copy would fail again.
    if (error instanceof WorkbenchError && error.code === 'bad-data') await part.discard()
    throw error
  })
  await part.discard()
  return summary
}

function downloadable(id: DatasetId, specs: readonly CifarSpec[]): CifarSpec {
  const spec = specOf(id, specs)
  if (!spec)
    throw new WorkbenchError('bad-input', 'The synthetic set is part of the program: there is nothing to download.', {
      field: 'id',
    })
  return spec
}

function partOf({ archive, download }: CifarSpec, datasetsDir: string): PartFile {
  return new PartFile(datasetsDir, archive, download)
}

/** Bytes of the rest of the archive, and of the data set. */
async function mustHaveRoom(spec: CifarSpec, datasetsDir: string, rest: number): Promise<void> {
  const unpacked = splitNames.reduce((sum, split) => sum + countOf(spec, split) * recordBytes(labelBytesOf(spec)), 0)
  const needed = rest + unpacked + roomBytes
  // If the free space is unknown, try.
  const free = await statfs(datasetsDir).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  )
  if (free >= needed) return
  throw new WorkbenchError(
    'unavailable',
    `${spec.name} needs ${megabytes(needed)} on the disk of the data directory, and ${megabytes(free)} are free.`,
    {
      fix: 'Free some space there, or choose another data directory.',
    },
  )
}

class Fetching {
  private done = 0
  private readonly rate = new Rate()
  private told = -Infinity

  constructor(
    private readonly spec: CifarSpec,
    private readonly part: PartFile,
    private readonly options: Omit<DownloadSetup, 'specs'>,
    private readonly signal: AbortSignal,
    private readonly onProgress: (progress: ImportProgress) => void,
  ) {}

  /**
   * Resolves when the complete archive is on the disk with the official checksums. If a resumed download has wrong
   * checksums, it is downloaded again once.
   * @throws WorkbenchError bad-data if the server sends another file, which is then deleted
   */
  async run(): Promise<void> {
    const resumed = await this.part.kept()
    let wrongMd5 = await this.fetchAndCheck()
    if (wrongMd5 !== null && resumed > 0) {
      this.done = 0
      this.tell(`The ${megabytes(resumed)} kept of an earlier download are corrupt: downloading again`)
      wrongMd5 = await this.fetchAndCheck()
    }
    if (wrongMd5 === null) return
    throw new WorkbenchError(
      'bad-data',
      `What ${this.host} sent is not the official ${this.spec.archive}: its MD5 is ${wrongMd5}, the official one ${this.source.md5}. The file was deleted.`,
      {
        fix: `Download it again; if the result is the same, a proxy on the way changes it. ${this.byHand}`,
      },
    )
  }

  /** Returns null for the official archive, else the MD5 of the received file, which is deleted. */
  private async fetchAndCheck(): Promise<string | null> {
    if (!(await this.part.isComplete())) await this.fetch()
    const wrongMd5 = await this.check()
    if (wrongMd5 === null) await onDisk(() => this.part.finish())
    else await this.part.discard()
    return wrongMd5
  }

  private async fetch(): Promise<void> {
    const { bytes } = this.source
    let failed = 0
    let received = false
    this.done = await this.part.kept()
    this.tell('Connecting')
    while (this.done < bytes) {
      const before = this.done
      try {
        await this.attempt(() => (received = true))
      } catch (error) {
        this.mustGoOn()
        if (error instanceof WorkbenchError) throw error
        failed = this.done > before ? 1 : failed + 1
        // If the server never answered, fail at once: the user is waiting.
        if (!received || failed >= tries || !isPassing(error)) throw this.fault(error)
        this.tell('Connecting again')
        await wait(this.options.retryMs * 2 ** (failed - 1), undefined, { signal: this.signal }).catch(() =>
          this.mustGoOn(),
        )
      }
    }
  }

  private get source(): Download {
    return this.spec.download
  }

  /** Uses one connection and keeps what it received. */
  private async attempt(answered: () => void): Promise<void> {
    const { ca, env, silenceMs } = this.options
    const silence = new AbortController()
    const timer = setTimeout(() => silence.abort(), silenceMs)
    const state = await this.part.state()
    const signal = AbortSignal.any([this.signal, silence.signal])
    let handle: FileHandle | null = null
    try {
      const asked = {
        url: this.source.url,
        from: state?.size ?? 0,
        validator: state?.validator ?? null,
        env,
        ca: ca ?? undefined,
        signal,
        silenceMs,
      }
      const { body, from, validator, total } = await requestFile(asked).catch(async (error: unknown) => {
        // The server's file and the partial download do not match: start again.
        if (error instanceof HttpFault && error.kind === 'mismatch') await this.part.discard()
        throw error
      })
      try {
        if (total !== null && total !== this.source.bytes)
          throw new HttpFault(
            `offers ${thousands(total)} bytes instead of the official archive’s ${thousands(this.source.bytes)}.`,
          )
        answered()
        handle = await onDisk(() => this.part.open(from, validator))
        this.done = from
        for await (const chunk of body as AsyncIterable<Buffer>) {
          timer.refresh()
          if (this.done + chunk.length > this.source.bytes)
            throw new HttpFault(`sends more than the ${thousands(this.source.bytes)} bytes of the official archive.`)
          const file = handle
          await onDisk(() => writeAll(file, chunk, this.done))
          this.done += chunk.length
          this.tell('Downloading')
        }
        if (this.done < this.source.bytes)
          throw new HttpFault(
            `ended after ${thousands(this.done)} of ${thousands(this.source.bytes)} bytes.`,
            'passing',
          )
      } finally {
        body.destroy()
      }
    } catch (error) {
      throw silence.signal.aborted && !this.signal.aborted ? new Silence(silenceMs / 1000) : error
    } finally {
      clearTimeout(timer)
      const file = handle
      if (file) await onDisk(() => file.sync()).finally(() => file.close())
    }
  }

  /** Returns the MD5 of the complete file if it is not the official archive, else null. */
  private async check(): Promise<string | null> {
    const sums = { md5: createHash('md5'), sha256: createHash('sha256') }
    let read = 0
    for await (const chunk of createReadStream(await this.part.path(), {
      highWaterMark: 1 << 20,
    }) as AsyncIterable<Buffer>) {
      this.mustGoOn()
      sums.md5.update(chunk)
      sums.sha256.update(chunk)
      this.onProgress({
        id: this.spec.id,
        phase: 'Checking the download',
        done: (read += chunk.length),
        total: this.source.bytes,
      })
    }
    const got = { md5: sums.md5.digest('hex'), sha256: sums.sha256.digest('hex') }
    return got.md5 === this.source.md5 && got.sha256 === this.source.sha256 ? null : got.md5
  }

  private mustGoOn(): void {
    if (this.signal.aborted) throw cancelled(this.done, this.source.bytes)
  }

  private fault(error: unknown): WorkbenchError {
    const sentence = networkSentence(error, this.host, proxyOf(new URL(this.source.url).hostname, this.options.env))
    const kept =
      this.done > 0
        ? ` ${megabytes(this.done)} of ${megabytes(this.source.bytes)} are kept: the next download resumes.`
        : ''
    return new WorkbenchError('unavailable', `${this.spec.name} could not be downloaded. ${sentence}${kept}`, {
      fix: this.byHand,
      cause: error,
    })
  }

  private get byHand(): string {
    return `Or download ${this.source.url} with a browser and import it: Data sets › Import archive, or mcnn datasets import ${this.spec.archive}.`
  }

  private get host(): string {
    return new URL(this.source.url).host
  }

  private tell(phase: string): void {
    const now = performance.now()
    if (phase === 'Downloading') {
      this.rate.add(now, this.done)
      if (now - this.told < progressMs && this.done < this.source.bytes) return
    }
    this.told = now
    const bytesPerSecond = phase === 'Downloading' ? this.rate.perSecond(now) : null
    const etaSeconds =
      bytesPerSecond === null || bytesPerSecond <= 0 ? null : (this.source.bytes - this.done) / bytesPerSecond
    this.onProgress({ id: this.spec.id, phase, done: this.done, total: this.source.bytes, bytesPerSecond, etaSeconds })
  }
}

function cancelled(kept: number, bytes: number): WorkbenchError {
  return new WorkbenchError(
    'cancelled',
    kept > 0
      ? `The download was cancelled; ${megabytes(kept)} of ${megabytes(bytes)} are kept for a later download.`
      : 'The download was cancelled.',
  )
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
