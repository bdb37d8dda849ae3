/**
 * One request for a file, or for the rest of one. Node's own https, not fetch: fetch undoes a Content-Encoding, and
 * servers name one for files that end in .gz; and it takes a proxy from the environment only where the whole process
 * does.
 */
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { getCACertificates } from 'node:tls'
import { HttpFault } from './networkFault'

export interface FileRequest {
  url: string
  /** Bytes that are here already; 0 asks for the whole file. */
  from: number
  /** Of what is here, as the server told it; only with one is the rest asked for. */
  validator: string | null
  /** Where HTTPS_PROXY and NO_PROXY are looked up. */
  env: NodeJS.ProcessEnv
  /** Certificates that are trusted; those of Node and of the system where nothing is said. */
  ca?: readonly string[] | undefined
  signal: AbortSignal
  /** For so long a proxy may keep one waiting for its tunnel, in ms. */
  silenceMs: number
}

export interface FileAnswer {
  body: IncomingMessage
  /** Where its first byte belongs: `from`, or 0 where the server sends all of it. */
  from: number
  /** What to ask for the rest with; null where the server gives nothing that would tell a changed file. */
  validator: string | null
  /** Of the whole file; null where the server doesn't tell. */
  total: number | null
}

const redirects = new Set([301, 302, 303, 307, 308])
const mostRedirects = 5

/**
 * Resolves when the answer's head is there; whoever has it reads its body.
 * @throws HttpFault where the answer is not the file, or leads elsewhere; what Node throws of a connection
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
        throw new HttpFault(`answered with a redirect that leads nowhere (HTTP ${status}).`)
      const next: URL = new URL(location, url)
      // The person agreed to this host: to no other, and to nothing unencrypted.
      if (next.origin !== start.origin || next.username !== '' || next.password !== '')
        throw new HttpFault(`sends on to ${next.origin.slice(0, 200)}, which is not the official site.`)
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
  throw new HttpFault(`sends on and on: more than ${mostRedirects} redirects.`)
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
    // Sent whole where it is another file by now.
    headers['If-Range'] = validator
  }
  return new Promise((resolve, reject) => {
    // While a proxy makes its tunnel, a request that is aborted says nothing, and its connection stays: told here,
    // ended by its timeout.
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
    if (Number(first) !== from || total === undefined)
      throw new HttpFault('sent another part of the file than was asked for.', 'mismatch')
    return { body, from, validator, total: Number(total) }
  }
  // The part that is here is longer than the file there.
  if (status === 416) throw new HttpFault('has no such part of the file (HTTP 416).', 'mismatch')
  throw new HttpFault(
    `answered ${status}${body.statusMessage ? ` ${body.statusMessage.slice(0, 80)}` : ''} to the request for the file.`,
    status === 408 || status === 429 || status >= 500 ? 'passing' : 'final',
  )
}

/**
 * A weak ETag says that files are alike, not that their bytes are: If-Range must not be asked with one (RFC 9110,
 * 13.1.5).
 */
function validatorOf({ headers }: IncomingMessage): string | null {
  const { etag } = headers
  if (etag !== undefined && /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag)) return etag
  return headers['last-modified'] ?? null
}

/** @throws where HTTPS_PROXY is no address: Node would go there without the proxy */
function proxyVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const proxy = env['https_proxy'] ?? env['HTTPS_PROXY'] ?? ''
  if (proxy !== '' && !(URL.canParse(proxy) && /^https?:$/.test(new URL(proxy).protocol)))
    throw Object.assign(new Error('not the address of a proxy'), { code: 'ERR_PROXY_INVALID_CONFIG' })
  return Object.fromEntries(
    ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'].flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  )
}

/** A company's own authority is known to its machines' systems, not to Node. */
function trusted(): string[] {
  return [...getCACertificates('default'), ...getCACertificates('system')]
}
