/** For tests: an https server on this machine that offers one file, and misbehaves on request. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createProxy, type Server as ProxyServer } from 'node:http'
import { createServer, type Server } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { sum } from '../testSupport'
import { makeCertificate } from './testCertificate'
import type { CifarSpec } from '../catalog'

export interface Asked {
  url: string
  range: string | undefined
  ifRange: string | undefined
}

export class FileServer {
  readonly asked: Asked[] = []
  readonly #server: Server
  readonly ca: string
  etag: string | null = '"one"'
  ranges = true
  /** Bytes of each answer's body after which the connection is closed, one answer after the other. */
  cuts: number[] = []
  /**
   * Resolves when the client has written that many bytes. The connection is closed only then, because a reset discards
   * unread bytes.
   */
  received: (bytes: number) => Promise<unknown> = () => Promise.resolve()
  /** Called before each chunk with the bytes sent in this answer; the chunk is sent when it resolves. */
  beforePiece: (sent: number) => Promise<unknown> = () => Promise.resolve()
  piece = 16 << 10
  /** Answers with this instead of the file. */
  instead: ((request: IncomingMessage, response: ServerResponse) => boolean) | null = null

  private constructor(
    public content: Buffer,
    certificate: { key: string; cert: string },
  ) {
    this.ca = certificate.cert
    this.#server = createServer(certificate, (request, response) => void this.#answer(request, response))
  }

  static async open(content: Buffer, certificate = makeCertificate()): Promise<FileServer> {
    const server = new FileServer(content, certificate)
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  url(host = '127.0.0.1'): string {
    return `https://${host}:${this.port}/cifar-10-binary.tar.gz`
  }

  /** Publishes a data set on this server. */
  publish(spec: CifarSpec, url = this.url()): CifarSpec {
    return {
      ...spec,
      download: { url, bytes: this.content.length, md5: sum('md5', this.content), sha256: sum('sha256', this.content) },
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { range, 'if-range': ifRange } = request.headers
    this.asked.push({ url: request.url ?? '', range, ifRange: typeof ifRange === 'string' ? ifRange : undefined })
    if (this.instead?.(request, response)) return
    const cut = this.cuts.shift()
    const wanted = /^bytes=(\d+)-$/.exec(range ?? '')
    const from = this.ranges && wanted && ifRange === this.etag ? Number(wanted[1]) : 0
    const all = this.content.length
    const headers = {
      ...(this.etag === null ? {} : { ETag: this.etag }),
      'Content-Length': all - from,
      'Content-Encoding': 'x-gzip',
    }
    if (from >= all) return void response.writeHead(416).end()
    if (from > 0) response.writeHead(206, { ...headers, 'Content-Range': `bytes ${from}-${all - 1}/${all}` })
    else response.writeHead(200, headers)
    const end = cut === undefined ? all : Math.min(all, from + cut)
    const closed = once(response, 'close').catch(() => undefined)
    for (let at = from; at < end && !response.destroyed; at += this.piece) {
      await Promise.race([this.beforePiece(at - from), closed])
      await new Promise((resolve) => response.write(this.content.subarray(at, Math.min(end, at + this.piece)), resolve))
    }
    if (cut === undefined) return void response.end()
    await this.received(end)
    response.destroy()
  }
}

/** An http proxy that opens tunnels and records their targets. */
/** @param silent accepts requests but never answers */
export async function openProxy(
  silent = false,
): Promise<{ url: string; tunnels: string[]; close: () => Promise<void> }> {
  const tunnels: string[] = []
  const sockets = new Set<Socket>()
  const server: ProxyServer = createProxy((_request, response) => void response.writeHead(405).end())
  server.on('connect', (request, client: Socket) => {
    tunnels.push(request.url ?? '')
    sockets.add(client)
    if (silent) return void client.on('error', () => client.destroy())
    const [, port = ''] = (request.url ?? '').split(':')
    const target = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.pipe(client).pipe(target)
    })
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
