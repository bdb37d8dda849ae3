/** Describes network errors between this machine and a server. Pure. */

/** The server's answer is not the requested file. */
export class HttpFault extends Error {
  constructor(
    /** A sentence without its subject, the server's name. */
    readonly words: string,
    /** Whether a retry can succeed; `mismatch` if the partial download is the reason. */
    readonly kind: 'final' | 'passing' | 'mismatch' = 'final',
  ) {
    super(words)
  }
}

/** No data arrived for this many seconds. */
export class Silence extends Error {
  constructor(readonly seconds: number) {
    super(`no data for ${seconds} s`)
  }
}

const unreachable = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
])
const cut = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'HPE_INVALID_EOF_STATE'])

/**
 * @param host the requested host
 * @param proxy its host and port; null if none is used
 */
export function networkSentence(error: unknown, host: string, proxy: string | null): string {
  if (error instanceof HttpFault) return `${host} ${error.words}`
  const via = proxy === null ? host : `the proxy ${proxy}`
  if (error instanceof Silence)
    return `${capital(proxy === null ? host : `${host}, through ${via},`)} sent no data for ${error.seconds} s.`
  const code = codeOf(error)
  const detail = `(${code ?? (error instanceof Error ? error.message : String(error))})`
  if (code === 'ERR_PROXY_TUNNEL') return `${capital(via)} blocks connections to ${host}: ${firstLine(error)}`
  if (code === 'ERR_PROXY_INVALID_CONFIG')
    return 'HTTPS_PROXY is not the address of a proxy, such as http://proxy.example:3128.'
  if (
    code === 'ENOTFOUND' ||
    code === 'EAI_AGAIN' ||
    code === 'EAI_FAIL' ||
    code === 'EAI_NODATA' ||
    code === 'EAI_NONAME'
  )
    return `The name of ${via} could not be looked up ${detail}: there may be no network connection.`
  if (code === 'ECONNREFUSED') return `${capital(via)} refused the connection ${detail}.`
  if (code === 'ETIMEDOUT') return `${capital(via)} did not answer ${detail}.`
  if (code !== null && unreachable.has(code)) return `${capital(via)} cannot be reached ${detail}.`
  if (code !== null && cut.has(code)) return `The connection to ${host} was interrupted ${detail}.`
  if (code !== null && isTls(code))
    return `There is no secure connection to ${host}: its certificate or encryption was not accepted ${detail}.`
  return `The connection to ${host} failed ${detail}.`
}

/** Returns whether a download that had started is worth a retry. */
export function isPassing(error: unknown): boolean {
  if (error instanceof HttpFault) return error.kind !== 'final'
  const code = codeOf(error)
  return (
    error instanceof Silence ||
    (code !== null && !isTls(code) && code !== 'ERR_PROXY_INVALID_CONFIG' && code !== 'ERR_PROXY_TUNNEL')
  )
}

/**
 * Returns the proxy of a request by these environment variables, as host:port, for messages: Node selects it itself.
 * User names and passwords are left out.
 */
export function proxyOf(host: string, env: Readonly<Record<string, string | undefined>>): string | null {
  const proxy = env['https_proxy'] ?? env['HTTPS_PROXY'] ?? ''
  if (proxy === '' || !URL.canParse(proxy)) return null
  const except = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(/[\s,]+/).filter((entry) => entry !== '')
  const isExcepted = except.some(
    (entry) => entry === '*' || entry === host || (/^\*?\./.test(entry) && host.endsWith(entry.replace(/^\*/, ''))),
  )
  return isExcepted ? null : new URL(proxy).host
}

function isTls(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH|INVALID_CA)/.test(code)
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

function firstLine(error: unknown): string {
  const line = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
  return /[.!?]$/.test(line) ? line : `${line}.`
}

function capital(text: string): string {
  return text.startsWith('the ') ? `The${text.slice(3)}` : text
}
