/** Downloads from a real https server on this machine, over real connections that fail in every way. */
import { spawn, spawnSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WorkbenchError } from '../../contract/errors'
import {
  datasetSources,
  discardDownload,
  downloadDataset,
  listDatasets,
  type DownloadSetup,
  type ImportProgress,
} from '..'
import type { CifarSpec } from '../catalog'
import { makeCertificate } from './testCertificate'
import { FileServer, openProxy } from './testServer'
import { archiveOf, fakeCifar10 } from '../testSupport'

const set = fakeCifar10()
/** 90 kB that cannot be compressed. */
const archive = archiveOf('cifar-10-batches-bin', set.binary, 0)

/** Longer than any test lasts, in ms. */
const never = 1e9

/**
 * Advances the clock of progress and timeouts for each chunk. The server sends the next chunk when the previous one was
 * reported.
 */
function pace(server: FileServer, ms: number, reported: () => number): void {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  server.beforePiece = async (sent) => {
    while (sent > 0 && reported() < sent) await new Promise((resolve) => setImmediate(resolve))
    vi.advanceTimersByTime(ms)
  }
}

afterEach(() => void vi.useRealTimers())

describe('download', () => {
  let datasetsDir: string
  let server: FileServer
  let spec: CifarSpec
  let setup: Partial<DownloadSetup>
  let reports: ImportProgress[]

  beforeEach(async () => {
    datasetsDir = await mkdtemp(join(tmpdir(), 'mcnn-download-'))
    server = await FileServer.open(archive)
    server.piece = 4096
    spec = server.publish(set.spec)
    setup = { specs: [spec], ca: [server.ca], env: {}, silenceMs: never, retryMs: 1 }
    server.received = (bytes) =>
      expect
        .poll(() => statSync(join(datasetsDir, '.downloads', 'cifar-10-binary.tar.gz.part')).size)
        .toBeGreaterThanOrEqual(bytes)
    reports = []
  })

  afterEach(async () => {
    await server.close()
    await rm(datasetsDir, { recursive: true, force: true })
  })

  const download = (
    more: Partial<DownloadSetup> = {},
    abort = new AbortController(),
    watch: (progress: ImportProgress) => void = () => undefined,
  ) =>
    downloadDataset({
      id: 'cifar-10',
      datasetsDir,
      signal: abort.signal,
      onProgress: (progress) => {
        reports.push(progress)
        watch(progress)
      },
      setup: { ...setup, ...more },
    })
  const failure = async (work: Promise<unknown>): Promise<WorkbenchError> => {
    const thrown: unknown = await work.then(
      () => null,
      (error: unknown) => error,
    )
    if (!(thrown instanceof WorkbenchError))
      throw new Error(`not an error of ours: ${String(thrown)}`, { cause: thrown })
    return thrown
  }
  const cancelledAt = (phase: string): [AbortController, (progress: ImportProgress) => void] => {
    const abort = new AbortController()
    return [abort, (progress) => progress.phase === phase && abort.abort()]
  }
  const kept = async (): Promise<number | undefined> => (await datasetSources(datasetsDir, [spec]))[0]?.kept
  const isIn = async (): Promise<boolean | undefined> =>
    (await listDatasets(datasetsDir, [spec])).find((one) => one.id === 'cifar-10')?.available

  it('fetches, checks and imports the archive, and leaves nothing else behind', async () => {
    expect(await datasetSources(datasetsDir, [spec])).toEqual([
      {
        id: 'cifar-10',
        url: server.url(),
        host: `127.0.0.1:${server.port}`,
        file: 'cifar-10-binary.tar.gz',
        bytes: archive.length,
        kept: 0,
      },
    ])
    expect(await download()).toMatchObject({ id: 'cifar-10', available: true, official: true, source: server.url() })
    expect(server.asked).toEqual([{ url: '/cifar-10-binary.tar.gz', range: undefined, ifRange: undefined }])
    expect(await readdir(join(datasetsDir, '.downloads'))).toEqual([])
    expect(await isIn()).toBe(true)
    expect([...new Set(reports.map((one) => one.phase))]).toEqual([
      'Connecting',
      'Downloading',
      'Checking the download',
      'Reading',
      'Checking',
    ])
    expect(reports.findLast((one) => one.phase === 'Downloading')).toMatchObject({
      done: archive.length,
      total: archive.length,
    })
  })

  it('resumes by itself if the connection breaks, and fetches only the rest', async () => {
    server.cuts = [40_960, 20_480]
    await download()
    expect(server.asked.map(({ range, ifRange }) => [range, ifRange])).toEqual([
      [undefined, undefined],
      ['bytes=40960-', '"one"'],
      ['bytes=61440-', '"one"'],
    ])
    expect(await isIn()).toBe(true)
  })

  it('keeps the partial file if the connection fails permanently, and resumes later', async () => {
    server.cuts = [40_960, 0, 0, 0, 0, 0]
    const error = await failure(download())
    expect(error).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /^CIFAR-10 could not be downloaded\. The connection to 127\.0\.0\.1:\d+ was interrupted \(ECONNRESET\)\. 0\.0 MB of 0\.1 MB are kept/,
      ) as string,
    })
    expect(error.fix).toContain(`Or download ${server.url()} with a browser`)
    expect(await kept()).toBe(40_960)
    server.cuts = []
    server.asked.length = 0
    await download()
    expect(server.asked).toMatchObject([{ range: 'bytes=40960-', ifRange: '"one"' }])
    expect(await isIn()).toBe(true)
  })

  it('starts again if the server does not support ranges', async () => {
    server.ranges = false
    server.cuts = [40_960]
    await download()
    expect(server.asked).toHaveLength(2)
    expect(await isIn()).toBe(true)
  })

  it.each([[null], ['W/"weak"']])('does not request a rest that it cannot identify (ETag %s)', async (etag) => {
    server.etag = etag
    server.cuts = [40_960]
    await download()
    expect(server.asked.map(({ range }) => range)).toEqual([undefined, undefined])
    expect(await isIn()).toBe(true)
  })

  it('starts again if the file has changed', async () => {
    server.content = Buffer.from(archive)
    server.content.fill(0, 0, 20_000)
    server.cuts = [40_960, 0, 0, 0, 0]
    await failure(download())
    server.cuts = []
    server.content = archive
    server.etag = '"two"'
    await download()
    expect(server.asked.at(-1)).toMatchObject({ range: 'bytes=40960-', ifRange: '"one"' })
    expect(await isIn()).toBe(true)
  })

  it('starts again if the server sends another range or none, or if the note is unreadable', async () => {
    const begun = async (): Promise<void> => {
      server.cuts = [40_960, 0, 0, 0, 0]
      await failure(download())
      server.cuts = []
    }
    for (const [status, headers] of [
      [206, { 'Content-Range': `bytes 0-9/${archive.length}` }],
      [416, {}],
    ] as const) {
      await begun()
      server.instead = (request, response) => {
        if (request.headers.range === undefined) return false
        response.writeHead(status, headers).end()
        return true
      }
      // The connection was good, so another request is made.
      server.asked.length = 0
      const outcome = await download().catch((error: unknown) => error)
      if (outcome instanceof WorkbenchError) await download()
      expect(server.asked.at(-1)?.range).toBeUndefined()
      expect(await isIn()).toBe(true)
      server.instead = null
    }
    for (const note of [
      '{',
      '{"url":"https://elsewhere/","bytes":1,"validator":"x"}',
      JSON.stringify({ url: server.url(), bytes: archive.length, validator: 'a\r\nHost: b' }),
    ]) {
      await begun()
      await writeFile(join(datasetsDir, '.downloads', 'cifar-10-binary.tar.gz.json'), note)
      expect(await kept()).toBe(0)
      server.asked.length = 0
      await download()
      expect(server.asked).toMatchObject([{ range: undefined }])
    }
  })

  it('rejects other content and keeps none of it', async () => {
    server.content = Buffer.from(archive)
    server.content[50_000] = (server.content[50_000] ?? 0) ^ 1
    const error = await failure(download())
    expect(error).toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(
        /is not the official cifar-10-binary\.tar\.gz: its MD5 is [0-9a-f]{32}, the official one [0-9a-f]{32}\. The file was deleted/,
      ) as string,
    })
    expect(await kept()).toBe(0)
    expect(await readdir(join(datasetsDir, '.downloads'))).toEqual([])
    expect(await isIn()).toBe(false)
  })

  it('rejects a file with the official MD5 but another SHA-256', async () => {
    expect(
      await failure(download({ specs: [{ ...spec, download: { ...spec.download, sha256: '0'.repeat(64) } }] })),
    ).toMatchObject({ code: 'bad-data' })
  })

  it.each([
    ['404', (port: number) => `127.0.0.1:${port} answered 404 Not Found to the request`],
    ['503', (port: number) => `127.0.0.1:${port} answered 503 Service Unavailable`],
    ['403', (port: number) => `127.0.0.1:${port} answered 403 Forbidden`],
  ])('reports the server’s answer: %s', async (status, words) => {
    server.instead = (_, response) => (response.writeHead(Number(status)).end('<html>'), true)
    const error = await failure(download())
    expect(error.code).toBe('unavailable')
    expect(error.message).toContain(words(server.port))
    expect(server.asked).toHaveLength(1)
  })

  it('follows a redirect on the same host, but none to another host and no endless ones', async () => {
    const redirect = (to: (url: string) => string | null): void => {
      server.instead = (request, response) => {
        const location = to(request.url ?? '')
        if (location === null) return false
        response.writeHead(302, { Location: location }).end()
        return true
      }
    }
    redirect((url) => (url.startsWith('/cifar') ? '/elsewhere/file' : null))
    await download()
    expect(server.asked.map(({ url }) => url)).toEqual(['/cifar-10-binary.tar.gz', '/elsewhere/file'])
    for (const location of [
      'https://localhost:1/x',
      `http://127.0.0.1:${server.port}/x`,
      `https://localhost:${server.port}/x`,
      'file:///etc/passwd',
      `https://user:pw@127.0.0.1:${server.port}/x`,
    ]) {
      redirect(() => location)
      expect((await failure(download())).message).toMatch(/redirects to .*, which is not the official site\./)
    }
    redirect(() => '/again')
    server.asked.length = 0
    expect((await failure(download())).message).toContain('more than 5 times')
    expect(server.asked).toHaveLength(6)
  })

  it('does not start for another size, and aborts if the file exceeds its size', async () => {
    const smaller = { ...spec, download: { ...spec.download, bytes: archive.length - 1 } }
    expect((await failure(download({ specs: [smaller] }))).message).toMatch(
      /offers [\d,]+ bytes instead of the official archive’s [\d,]+\./,
    )
    server.instead = (_, response) => {
      response.writeHead(200)
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(65_536), more)
      }
      more()
      return true
    }
    expect((await failure(download())).message).toMatch(/sends more than the [\d,]+ bytes/)
    expect(await kept()).toBeLessThanOrEqual(archive.length)
  })

  it('gives up on a stalled connection after a timeout, but not on a slow one', async () => {
    server.instead = () => true
    expect((await failure(download({ silenceMs: 200 }))).message).toMatch(/sent no data for 0\.2 s\./)
    server.instead = null
    reports = []
    // 23 chunks: longer in total than the timeout, but with short silences.
    pace(server, 300, () => reports.at(-1)?.done ?? 0)
    await download({ silenceMs: 400 })
    const readings = reports.filter(
      (one) => one.phase === 'Downloading' && typeof one.bytesPerSecond === 'number' && one.done < archive.length,
    )
    expect(readings.length).toBeGreaterThan(1)
    for (const { bytesPerSecond, etaSeconds, done } of readings) {
      // 4,096 bytes every 300 ms of the faked clock.
      expect(bytesPerSecond).toBeCloseTo(4096 / 0.3, 3)
      expect(etaSeconds).toBeCloseTo((archive.length - done) / (bytesPerSecond ?? 1), 6)
    }
  })

  it('can be cancelled at any time, keeps what arrived, and resumes from there', async () => {
    pace(server, 300, () => reports.at(-1)?.done ?? 0)
    const abort = new AbortController()
    const error = await failure(
      download({}, abort, ({ phase, done }) => phase === 'Downloading' && done > 8192 && abort.abort()),
    )
    expect(error).toMatchObject({
      code: 'cancelled',
      message: expect.stringMatching(/are kept for a later download/) as string,
    })
    const had = (await kept()) ?? 0
    expect(had).toBeGreaterThan(8192)
    expect(had).toBeLessThan(archive.length)
    vi.useRealTimers()
    server.beforePiece = () => Promise.resolve()
    server.asked.length = 0
    await download()
    expect(server.asked).toMatchObject([{ range: `bytes=${had}-` }])

    const silent = new AbortController()
    server.instead = () => {
      silent.abort()
      return true
    }
    expect(await failure(download({}, silent))).toMatchObject({
      code: 'cancelled',
      message: 'The download was cancelled.',
    })
  })

  it('does not fetch again what was cancelled during the import', async () => {
    const abort = new AbortController()
    expect(await failure(download({}, abort, ({ phase }) => phase === 'Reading' && abort.abort()))).toMatchObject({
      code: 'cancelled',
    })
    expect(await kept()).toBe(archive.length)
    expect(await isIn()).toBe(false)
    server.asked.length = 0
    await download()
    expect(server.asked).toEqual([])
    expect(await isIn()).toBe(true)
  })

  const again = /^The 0\.\d MB kept of an earlier download are corrupt: downloading again$/
  it('fetches a complete file again if its checksum is wrong, wherever an earlier download left it', async () => {
    await failure(download({}, ...cancelledAt('Reading')))
    const whole = join(datasetsDir, '.downloads', 'cifar-10-binary.tar.gz')
    for (const file of [whole, `${whole}.part`]) {
      // As large as the archive.
      await writeFile(file, Buffer.alloc(archive.length))
      await writeFile(`${whole}.json`, JSON.stringify({ url: server.url(), bytes: archive.length, validator: '"one"' }))
      expect(await kept()).toBe(archive.length)
      server.asked.length = 0
      reports = []
      expect(await download()).toMatchObject({ id: 'cifar-10', official: true })
      expect(server.asked).toMatchObject([{ range: undefined }])
      expect(reports.filter(({ phase }) => again.test(phase))).toHaveLength(1)
      expect(await readdir(join(datasetsDir, '.downloads'))).toEqual([])
    }
  })

  it('fetches everything again if the partial file is corrupt', async () => {
    server.cuts = [40_960, 0, 0, 0, 0]
    await failure(download())
    await writeFile(join(datasetsDir, '.downloads', 'cifar-10-binary.tar.gz.part'), Buffer.alloc(40_960))
    server.cuts = []
    server.asked.length = 0
    expect(await download()).toMatchObject({ official: true })
    expect(server.asked.map(({ range }) => range)).toEqual(['bytes=40960-', undefined])
    expect(reports.filter(({ phase }) => again.test(phase))).toHaveLength(1)
  })

  it('gives up if the server sends the wrong file twice', async () => {
    server.cuts = [40_960, 0, 0, 0, 0]
    await failure(download())
    server.cuts = []
    server.content = Buffer.alloc(archive.length)
    server.asked.length = 0
    expect(await failure(download())).toMatchObject({ code: 'bad-data' })
    expect(server.asked).toHaveLength(2)
    expect(await readdir(join(datasetsDir, '.downloads'))).toEqual([])
  })

  it('can be discarded', async () => {
    server.cuts = [40_960, 0, 0, 0, 0]
    await failure(download())
    await discardDownload(datasetsDir, 'cifar-10', [spec])
    expect(await kept()).toBe(0)
    expect(await readdir(join(datasetsDir, '.downloads'))).toEqual([])
  })

  it('resumes after the whole process was killed', async () => {
    // Nothing more is sent after ten pieces.
    server.beforePiece = (sent) => (sent < 40_960 ? Promise.resolve() : new Promise(() => undefined))
    const script = join(datasetsDir, 'child.mts')
    const options = { id: 'cifar-10', datasetsDir, setup: { ...setup } }
    await writeFile(
      script,
      `
      import { registerHooks } from 'node:module'
      // As the bundler does: x stands for x.ts or x/index.ts.
      const isSource = (name, { parentURL }) => name.startsWith('.') && !parentURL?.includes('/node_modules/') && !/\\.[a-z]+$/.test(name)
      registerHooks({
        resolve: (name, context, next) => {
          if (!isSource(name, context)) return next(name, context)
          try {
            return next(name + '.ts', context)
          } catch {
            return next(name + '/index.ts', context)
          }
        },
      })
      const { downloadDataset } = await import(${JSON.stringify(`file://${join(import.meta.dirname, 'download.ts')}`)})
      const options = ${JSON.stringify(options)}
      await downloadDataset({ ...options, signal: new AbortController().signal, onProgress: ({ phase, done }) => process.stdout.write(phase + ' ' + done + '\\n') })
    `,
    )
    const child = spawn(process.execPath, ['--experimental-transform-types', '--no-warnings', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const gone = new Promise((resolve) => child.on('exit', (code) => resolve(code)))
    const first = await Promise.race([
      gone.then(() => 'the process ended'),
      expect
        .poll(kept)
        .toBe(40_960)
        .then(() => 'the part is kept'),
    ])
    expect(first).toBe('the part is kept')
    child.kill('SIGKILL')
    expect(await gone).toBeNull()
    const had = (await kept()) ?? 0
    expect(had).toBe(40_960)
    server.beforePiece = () => Promise.resolve()
    server.asked.length = 0
    await download()
    expect(server.asked).toMatchObject([{ range: `bytes=${had}-`, ifRange: '"one"' }])
    expect(await isIn()).toBe(true)
  })

  it('resumes from the existing bytes if a part lost its end', async () => {
    server.cuts = [40_960, 0, 0, 0, 0]
    await failure(download())
    await truncate(join(datasetsDir, '.downloads', 'cifar-10-binary.tar.gz.part'), 1000)
    server.cuts = []
    server.asked.length = 0
    await download()
    expect(server.asked).toMatchObject([{ range: 'bytes=1000-' }])
    expect(await isIn()).toBe(true)
  })

  describe('without a connection', () => {
    const at = (url: string): Partial<DownloadSetup> => ({ specs: [{ ...spec, download: { ...spec.download, url } }] })

    it('reports a refused connection, an unknown name and an untrusted certificate', async () => {
      const port = server.port
      await server.close()
      expect((await failure(download())).message).toBe(
        `CIFAR-10 could not be downloaded. 127.0.0.1:${port} refused the connection (ECONNREFUSED).`,
      )
      server = await FileServer.open(archive)
      expect((await failure(download(at('https://no-such-host.invalid/x.tar.gz')))).message).toMatch(
        /The name of no-such-host\.invalid could not be looked up \((ENOTFOUND|EAI_AGAIN)\): there may be no network connection\./,
      )
      expect((await failure(download({ ...at(server.url()), ca: null }))).message).toMatch(
        /no secure connection to 127\.0\.0\.1:\d+: its certificate or encryption was not accepted \(.*SELF_SIGNED.*\)/,
      )
      const expired = await FileServer.open(archive, makeCertificate([], '20200101000000Z', '20210101000000Z'))
      expect((await failure(download({ ...at(expired.url()), ca: [expired.ca] }))).message).toContain(
        '(CERT_HAS_EXPIRED)',
      )
      expect((await failure(download({ ...at(expired.url('localhost')), ca: [expired.ca] }))).message).toContain(
        'not accepted',
      )
      await expired.close()
    })

    it('uses the proxy of the environment, except for excluded hosts', async () => {
      const proxy = await openProxy()
      const elsewhere = at(server.url('localhost'))
      await download({ ...elsewhere, env: { HTTPS_PROXY: proxy.url } })
      expect(proxy.tunnels).toEqual([`localhost:${server.port}`])
      await discardDownload(datasetsDir, 'cifar-10', [spec])
      await download({ ...elsewhere, env: { HTTPS_PROXY: proxy.url, NO_PROXY: 'localhost' } })
      expect(proxy.tunnels).toHaveLength(1)
      await proxy.close()
      const refused = await failure(download({ ...elsewhere, env: { HTTPS_PROXY: proxy.url } }))
      expect(refused.message).toMatch(/The proxy 127\.0\.0\.1:\d+ refused the connection \(ECONNREFUSED\)\./)
      expect(refused.message + (refused.fix ?? '')).not.toContain('secret')
      expect((await failure(download({ ...elsewhere, env: { HTTPS_PROXY: 'not an address' } }))).message).toContain(
        'HTTPS_PROXY is not the address of a proxy',
      )
    })
  })

  it('gives up on a silent proxy, and can be cancelled at once', async () => {
    const proxy = await openProxy(true)
    const env = { HTTPS_PROXY: proxy.url }
    const way = { specs: [{ ...spec, download: { ...spec.download, url: server.url('localhost') } }], env }
    expect((await failure(download({ ...way, silenceMs: 300 }))).message).toMatch(
      /through the proxy 127\.0\.0\.1:\d+, sent no data for 0\.3 s|The proxy 127\.0\.0\.1:\d+ blocks connections/,
    )
    const abort = new AbortController()
    const cancelled = failure(download({ ...way, silenceMs: never }, abort))
    await expect.poll(() => proxy.tunnels).toHaveLength(2)
    abort.abort()
    expect(await cancelled).toMatchObject({ code: 'cancelled' })
    expect(proxy.tunnels).toHaveLength(2)
    await proxy.close()
  })

  it('does not start without free disk space', async () => {
    const large = { ...spec, download: { ...spec.download, bytes: 1e18 } }
    expect((await failure(download({ specs: [large] }))).message).toMatch(
      /^CIFAR-10 needs [\d.]+ MB on the disk of the data directory, and [\d.]+ MB are free\./,
    )
    expect(server.asked).toEqual([])
  })
})

/** Only an administrator may mount. */
function mounted(folder: string, size: string): boolean {
  return (
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status === 0
  )
}

describe('disk that becomes full during a download', () => {
  it('is reported; the partial file is kept and resumed when there is space', async (context) => {
    const disk = await mkdtemp(join(tmpdir(), 'mcnn-full-'))
    if (!mounted(disk, '40m')) {
      await rm(disk, { recursive: true })
      context.skip()
    }
    const server = await FileServer.open(archive)
    server.piece = 4096
    let reported = 0
    pace(server, 300, () => reported)
    const spec = server.publish(set.spec)
    const options = {
      id: 'cifar-10',
      datasetsDir: disk,
      signal: new AbortController().signal,
      setup: { specs: [spec], ca: [server.ca], env: {} },
    } as const
    let filled = false
    // At once, before the next chunk is written.
    const fill = (): void => {
      filled = true
      const ballast = join(disk, 'ballast')
      for (let size = 1 << 20; size >= 4096; size >>= 2) {
        try {
          for (;;) writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' })
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'ENOSPC' })
        }
      }
    }
    try {
      const full = downloadDataset({
        ...options,
        onProgress: ({ phase, done }) => {
          reported = done
          if (phase === 'Downloading' && done > 0 && !filled) fill()
        },
      })
      await expect(full).rejects.toMatchObject({
        code: 'unavailable',
        message: 'The disk of the data directory is full.',
        fix: expect.stringContaining('Free') as string,
      })
      const had = (await datasetSources(disk, [spec]))[0]?.kept ?? 0
      expect(had).toBeGreaterThan(0)
      // The file has the bytes that were sent.
      expect(
        archive.subarray(0, had).equals(await readFile(join(disk, '.downloads', 'cifar-10-binary.tar.gz.part'))),
      ).toBe(true)
      await rm(join(disk, 'ballast'))
      server.beforePiece = () => Promise.resolve()
      expect(await downloadDataset({ ...options, onProgress: () => undefined })).toMatchObject({ available: true })
      expect(server.asked.at(-1)?.range).toBe(`bytes=${had}-`)
      expect((await stat(join(disk, 'cifar-10', 'train.bin'))).size).toBe(20 * 3073)
    } finally {
      await server.close()
      spawnSync('umount', ['-l', disk])
      await rm(disk, { recursive: true, force: true })
    }
  })
})
