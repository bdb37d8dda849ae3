/**
 * Requests a file, or the rest of one. Uses Node's https, not fetch: fetch decodes a Content-Encoding, which servers
 * set for files that end in .gz, and uses a proxy from the environment only if the complete process does.
 */
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { getCACertificates } from 'node:tls'
import { HttpFault } from './networkFault'

export interface FileRequest {
  url: string
  /** Received bytes; 0 requests the complete file. */
  from: number
  /** Validator of the received bytes from the server; the rest is requested only with one. */
  validator: string | null
  /** Environment with HTTPS_PROXY and NO_PROXY. */
  env: NodeJS.ProcessEnv
  /** Trusted certificates; default: those of Node and the system. */
  ca?: readonly string[] | undefined
  signal: AbortSignal
  /** Timeout for the tunnel of a proxy, in ms. */
  silenceMs: number
}

export interface FileAnswer {
  body: IncomingMessage
  /** Position of its first byte: `from`, or 0 if the server sends the complete file. */
  from: number
  /** Validator for a request for the rest; null if the server has none that identifies the bytes. */
  validator: string | null
  /** Size of the complete file; null if the server does not report it. */
  total: number | null
}

const redirects = new Set([301, 302, 303, 307, 308])
const mostRedirects = 5

/**
 * Resolves when the head of the answer has arrived; the caller reads the body.
 * @throws HttpFault if the answer is not the file, or redirects elsewhere; connection errors of Node
 */
export async function requestFile(options: FileRequest): Promise<FileAnswer> {
  const start = new URL(options.url)
  const agent = new Agent({ keepAlive: false, proxyEnv: proxyVariables(options.env) })
  for (let hop = 0, url = start; hop <= mostRedirects; hop++) {
    const response = await headOf(url, agent, options)
    const status = response.statusCode ?? 0
    if (redirects.has(status)) {
      response.destroy()
      const { location } = response.headers
      if (location === undefined || !URL.canParse(location, url.href))
        throw new HttpFault(`answered with a redirect without a target (HTTP ${status}).`)
      const next: URL = new URL(location, url)
      // The user agreed to this host: do not follow redirects to others or to unencrypted ones.
      if (next.origin !== start.origin || next.username !== '' || next.password !== '')
        throw new HttpFault(`redirects to ${next.origin.slice(0, 200)}, which is not the official site.`)
      url = next
      continue
    }
    try {
      return answerOf(response, status, options)
    } catch (error) {
      response.destroy()
      throw error
    }
  }
  throw new HttpFault(`redirects too often (more than ${mostRedirects} times).`)
}

function headOf(
  url: URL,
  agent: Agent,
  { from, validator, ca, signal, silenceMs }: FileRequest,
): Promise<IncomingMessage> {
  const headers: Record<string, string> = {
    Accept: '*/*',
    'Accept-Encoding': 'identity',
    'User-Agent': 'mcnn-workbench',
  }
  if (from > 0 && validator !== null) {
    headers['Range'] = `bytes=${from}-`
    // With If-Range, the server sends the complete file if it has changed.
    headers['If-Range'] = validator
  }
  return new Promise((resolve, reject) => {
    // While a proxy opens its tunnel, an aborted request emits nothing and keeps its connection: reject here, and let
    // its timeout close it.
    const aborted = (): void => reject(new DOMException('aborted', 'AbortError'))
    signal.addEventListener('abort', aborted, { once: true })
    if (signal.aborted) aborted()
    const sent = request(url, {
      agent,
      headers,
      signal,
      timeout: silenceMs,
      ca: [...(ca ?? trusted())],
      minVersion: 'TLSv1.2',
    })
    sent.on('response', (response) => {
      signal.removeEventListener('abort', aborted)
      resolve(response)
    })
    sent.on('error', reject)
    sent.end()
  })
}

function answerOf(body: IncomingMessage, status: number, { from }: FileRequest): FileAnswer {
  const validator = validatorOf(body)
  if (status === 200) {
    const length = body.headers['content-length']
    return { body, from: 0, validator, total: length === undefined ? null : Number(length) }
  }
  if (status === 206 && from > 0) {
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(body.headers['content-range'] ?? '') ?? []
    if (Number(first) !== from || total === undefined) throw new HttpFault('sent a wrong part of the file.', 'mismatch')
    return { body, from, validator, total: Number(total) }
  }
  // The partial download is longer than the file on the server.
  if (status === 416) throw new HttpFault('has no such part of the file (HTTP 416).', 'mismatch')
  throw new HttpFault(
    `answered ${status}${body.statusMessage ? ` ${body.statusMessage.slice(0, 80)}` : ''} to the request for the file.`,
    status === 408 || status === 429 || status >= 500 ? 'passing' : 'final',
  )
}

/** A weak ETag does not identify the bytes, so it must not be used with If-Range (RFC 9110, 13.1.5). */
function validatorOf({ headers }: IncomingMessage): string | null {
  const { etag } = headers
  if (etag !== undefined && /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag)) return etag
  return headers['last-modified'] ?? null
}

/** @throws if HTTPS_PROXY is not an address: Node would connect without the proxy */
function proxyVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const proxy = env['https_proxy'] ?? env['HTTPS_PROXY'] ?? ''
  if (proxy !== '' && !(URL.canParse(proxy) && /^https?:$/.test(new URL(proxy).protocol)))
    throw Object.assign(new Error('not the address of a proxy'), { code: 'ERR_PROXY_INVALID_CONFIG' })
  return Object.fromEntries(
    ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'].flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  )
}

/** A company's own certificate authority is known to the system, not to Node. */
function trusted(): string[] {
  return [...getCACertificates('default'), ...getCACertificates('system')]
}
