import { describe, expect, it } from 'vitest'
import { causeOf, explain, sentenceFor, SetupError } from './failures.mjs'

describe('cause of a failed command', () => {
  it.each([
    ['npm error request to https://registry/zod failed, reason: getaddrinfo EAI_AGAIN registry', 'network'],
    ['npm error code ENOTFOUND', 'network'],
    ['npm error code ETIMEDOUT', 'network'],
    ['connect ECONNREFUSED 127.0.0.1:4873', 'network'],
    [
      "WARNING: Retrying after connection broken by 'NewConnectionError(Failed to establish a new connection: [Errno -3] Temporary failure in name resolution)'\n" +
        'ERROR: No matching distribution found for tensorflow-cpu==2.21.0',
      'network',
    ],
    ['TypeError: fetch failed\n    at node:internal/deps/undici', 'network'],
    ["Err:1 http://deb debian InRelease\n  Could not resolve 'deb'", 'network'],
    [
      'ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.21.0 (from versions: 2.20.0)',
      'absent',
    ],
    ['npm error code ENOSPC', 'space'],
    ["OSError: [Errno 28] No space left on device: '/x'", 'space'],
    ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.', 'hash'],
    ['npm error code EINTEGRITY', 'hash'],
    [
      'SSLError(SSLCertVerificationError(1, [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed))',
      'certificate',
    ],
    ['npm error code SELF_SIGNED_CERT_IN_CHAIN', 'certificate'],
    ["EACCES: permission denied, mkdir '/clone/node_modules'", 'permission'],
    [
      'npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync',
      'lockfile',
    ],
    ['Segmentation fault', null],
    ['', null],
  ])('%s', (output, cause) => expect(causeOf(output)).toBe(cause))
})

it.each([
  'ENOSPC',
  'ENOTFOUND',
  'EACCES',
  'EINTEGRITY',
  'CERTIFICATE_VERIFY_FAILED',
  'No matching distribution found',
  'EUSAGE',
  'unknown',
])('states %s in one line that names the log', (output) => {
  const sentence = sentenceFor('the npm packages', output, '.runtime/setup.log')
  expect(sentence).not.toContain('\n')
  expect(sentence).toContain('.runtime/setup.log')
  expect(sentence).toMatch(/\.$/)
})

describe('message of a thrown error', () => {
  it('is its own sentence if a user can act on it', () =>
    expect(explain(new SetupError('do this.'), 'log')).toBe('do this.'))

  it('is a sentence for an error of the system', () => {
    const error = Object.assign(new Error("EROFS: read-only file system, mkdir '.runtime'"), { code: 'EROFS' })
    expect(explain(error, 'log')).toMatch(/could not be written: make the clone's folder writable/)
  })

  it('is the stack of a bug', () =>
    expect(explain(new TypeError('x is undefined'), 'log')).toMatch(/^TypeError: x is undefined\n\s+at /))
})
