/** A failure that the user can fix: one sentence that says what is missing and what to do. */
export class SetupError extends Error {
  /** @param {string} sentence */
  constructor(sentence) {
    super(sentence)
    this.name = 'SetupError'
  }
}

/** Invalid arguments. */
export class UsageError extends SetupError {}

const network = [
  /\bE(NOTFOUND|AI_AGAIN|TIMEDOUT|CONNREFUSED|CONNRESET|NETUNREACH|HOSTUNREACH|SOCKETTIMEDOUT)\b|\bEAI_AGAIN\b|\bERR_SOCKET_TIMEOUT\b|\bENOTCACHED\b/,
  /Temporary failure in name resolution|Name or service not known|Network is unreachable|No route to host/i,
  /Failed to establish a new connection|Max retries exceeded|Read timed out|ConnectTimeoutError|NewConnectionError|ProxyError/i,
  /fetch failed|Could not resolve|Unable to connect to|Failed to fetch/i,
]

/**
 * Returns why a command failed, from its output.
 * @param {string} output
 * @returns {'space' | 'network' | 'absent' | 'hash' | 'certificate' | 'permission' | 'lockfile' | null}
 */
export function causeOf(output) {
  if (/\bENOSPC\b|No space left on device|Disk quota exceeded|\bEDQUOT\b/i.test(output)) return 'space'
  if (/DO NOT MATCH THE HASHES|\bEINTEGRITY\b/i.test(output)) return 'hash'
  if (/CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET)|unable to get local issuer/i.test(output))
    return 'certificate'
  if (network.some((pattern) => pattern.test(output))) return 'network'
  if (/Could not find a version that satisfies|No matching distribution found|\bETARGET\b/i.test(output))
    return 'absent'
  if (/\bEACCES\b|\bEPERM\b|\bEROFS\b|Permission denied|Read-only file system/i.test(output)) return 'permission'
  if (/npm ci.*can only install|\bEUSAGE\b/i.test(output)) return 'lockfile'
  return null
}

/**
 * Describes a failed command in one sentence.
 * @param {string} what what the command should install, e.g. `the npm packages`
 * @param {string} output what the command printed
 * @param {string} log where the whole output is
 * @returns {string}
 */
export function sentenceFor(what, output, log) {
  switch (causeOf(output)) {
    case 'space':
      return `the disk is full while providing ${what}: free some space and call again (${log} has the details).`
    case 'hash':
      return `a download of ${what} is not the pinned one (its SHA-256 differs): check the package mirror or proxy, then call again (${log}).`
    case 'certificate':
      return `the certificate of the package registry is not trusted while providing ${what}: set up your proxy's certificate for npm and pip (${log}).`
    case 'network':
      return `${what} could not be downloaded, the package registry can't be reached: connect to the network or set its proxy, then call again (${log}).`
    case 'absent':
      return `${what} is not offered by the package registry that is set up here, or it can't be reached: check the network and the registry's settings, then call again (${log}).`
    case 'permission':
      return `${what} could not be written: make the clone's folder writable for you, then call again (${log} has the details).`
    case 'lockfile':
      return `package.json and package-lock.json disagree: run npm install, then call again (${log} has the details).`
    default:
      return `${what} could not be provided: ${log} has the whole output; call again once its cause is gone.`
  }
}

/**
 * Describes anything thrown by the setup: a sentence if the user can fix it, else the error with its stack.
 * @param {unknown} error
 * @param {string} log
 * @returns {string}
 */
export function explain(error, log) {
  if (error instanceof SetupError) return error.message
  if (error instanceof Error && 'code' in error && causeOf(String(error.code)) !== null)
    return sentenceFor(`part of the setup (${error.message})`, String(error.code), log)
  return error instanceof Error && error.stack !== undefined ? error.stack : String(error)
}
