/**
 * Fetches an archive completely and compares it with its official checksums. Keeps the received bytes if it ends early.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { WorkbenchError } from '../../contract/errors'
import type { CifarSpec, Download } from '../catalog'
import { onDisk, writeAll } from '../disk'
import type { ImportProgress } from '../import/options'
import { HttpFault, isPassing, networkSentence, proxyOf, Silence } from './networkFault'
import type { PartFile } from './partFile'
import { Rate } from './rate'
import { thousands } from '../records'
import { requestFile } from './request'

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

/** Consecutive attempts without data before giving up. */
const tries = 4
/** Milliseconds between two progress reports. */
const progressMs = 250

export class ArchiveFetch {
  private done = 0
  private readonly rate = new Rate()
  private reportedAt = -Infinity

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
      this.report(`The ${megabytes(resumed)} kept of an earlier download are corrupt: downloading again`)
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
    this.report('Connecting')
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
        this.report('Connecting again')
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
          this.report('Downloading')
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

  private report(phase: string): void {
    const now = performance.now()
    if (phase === 'Downloading') {
      this.rate.add(now, this.done)
      if (now - this.reportedAt < progressMs && this.done < this.source.bytes) return
    }
    this.reportedAt = now
    const bytesPerSecond = phase === 'Downloading' ? this.rate.perSecond(now) : null
    const etaSeconds =
      bytesPerSecond === null || bytesPerSecond <= 0 ? null : (this.source.bytes - this.done) / bytesPerSecond
    this.onProgress({ id: this.spec.id, phase, done: this.done, total: this.source.bytes, bytesPerSecond, etaSeconds })
  }
}

export function cancelled(kept: number, bytes: number): WorkbenchError {
  return new WorkbenchError(
    'cancelled',
    kept > 0
      ? `The download was cancelled; ${megabytes(kept)} of ${megabytes(bytes)} are kept for a later download.`
      : 'The download was cancelled.',
  )
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
