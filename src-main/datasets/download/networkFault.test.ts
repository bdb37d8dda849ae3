import { describe, expect, it } from 'vitest'
import { HttpFault, isPassing, networkSentence, proxyOf, Silence } from './networkFault'

const of = (code: string, message = code): Error => Object.assign(new Error(message), { code })

describe('networkSentence', () => {
  it.each([
    [of('ENOTFOUND'), 'The name of host could not be looked up (ENOTFOUND): there may be no network connection.'],
    [of('ECONNREFUSED'), 'host refused the connection (ECONNREFUSED).'],
    [of('ENETUNREACH'), 'host cannot be reached (ENETUNREACH).'],
    [of('ETIMEDOUT'), 'host did not answer (ETIMEDOUT).'],
    [of('ECONNRESET'), 'The connection to host was interrupted (ECONNRESET).'],
    [
      of('CERT_HAS_EXPIRED'),
      'There is no secure connection to host: its certificate or encryption was not accepted (CERT_HAS_EXPIRED).',
    ],
    [of('EPROTO'), 'There is no secure connection to host: its certificate or encryption was not accepted (EPROTO).'],
    [new HttpFault('answered 404 Not Found.'), 'host answered 404 Not Found.'],
    [new Silence(30), 'host sent no data for 30 s.'],
    [new Error('odd'), 'The connection to host failed (odd).'],
  ])('%s', (error, sentence) => {
    expect(networkSentence(error, 'host', null)).toBe(sentence)
  })

  it('names the proxy if it failed', () => {
    expect(networkSentence(of('ENOTFOUND'), 'host', 'p:1')).toMatch(/^The name of the proxy p:1 could not/)
    expect(networkSentence(of('ECONNREFUSED'), 'host', 'p:1')).toMatch(/^The proxy p:1 refused/)
    expect(networkSentence(of('ERR_PROXY_TUNNEL', 'Failed to establish tunnel: 403 Forbidden'), 'host', 'p:1')).toBe(
      'The proxy p:1 blocks connections to host: Failed to establish tunnel: 403 Forbidden.',
    )
    expect(networkSentence(new Silence(30), 'host', 'p:1')).toBe('host, through the proxy p:1, sent no data for 30 s.')
  })
})

describe('isPassing', () => {
  it('allows a retry only if the result could change', () => {
    for (const error of [
      of('ECONNRESET'),
      of('ENOTFOUND'),
      new Silence(1),
      new HttpFault('', 'passing'),
      new HttpFault('', 'mismatch'),
    ])
      expect(isPassing(error)).toBe(true)
    for (const error of [of('CERT_HAS_EXPIRED'), of('ERR_PROXY_TUNNEL'), new HttpFault(''), new TypeError('ours')])
      expect(isPassing(error)).toBe(false)
  })
})

describe('proxyOf', () => {
  it('returns host and port, but no credentials', () => {
    expect(proxyOf('a.org', { HTTPS_PROXY: 'http://user:secret@p:8080/' })).toBe('p:8080')
    expect(proxyOf('a.org', { https_proxy: 'http://low:1', HTTPS_PROXY: 'http://high:1' })).toBe('low:1')
    expect(proxyOf('a.org', { HTTPS_PROXY: 'nonsense' })).toBeNull()
    expect(proxyOf('a.org', {})).toBeNull()
  })

  it.each([['*'], ['a.org'], ['.org'], ['*.org'], ['x, a.org'], ['x a.org']])(
    'ignores the proxy if NO_PROXY is %s',
    (no) => {
      expect(proxyOf('a.org', { HTTPS_PROXY: 'http://p:1', NO_PROXY: no })).toBeNull()
      expect(proxyOf('b.com', { HTTPS_PROXY: 'http://p:1', no_proxy: 'a.org' })).toBe('p:1')
    },
  )
})
