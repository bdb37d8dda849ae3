import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { devServerPage, externalHosts, externalLink, isOwnPage, mayRequest, wasAskedFor } from './policies'

const page = 'file:///opt/workbench/out/renderer/index.html'

describe('isOwnPage', () => {
  it('accepts the page with any hash', () => {
    expect(isOwnPage(page, page)).toBe(true)
    expect(isOwnPage(`${page}#/runs/r-1?x=1`, page)).toBe(true)
    expect(isOwnPage('file:///home/%c3%a9va%20m/out/index.html', 'file:///home/%C3%89va%20m/out/index.html')).toBe(
      false,
    )
    expect(isOwnPage('file:///home/%c3%a9va%20m/o%7E/index.html', 'file:///home/%C3%A9va%20m/o~/index.html')).toBe(true)
  })

  it.each([
    `${page}?q=1`,
    'file:///opt/workbench/out/renderer/other.html',
    'file:///opt/workbench/out/renderer/index.html/../../x.html',
    'file://host/opt/workbench/out/renderer/index.html',
    'https://arxiv.org/opt/workbench/out/renderer/index.html',
    'about:blank',
    'javascript:alert(1)',
    'data:text/html,x',
    'not a url',
    '',
  ])('rejects %s', (url) => {
    expect(isOwnPage(url, page)).toBe(false)
  })
})

describe('mayRequest', () => {
  it.each([page, 'file:///opt/workbench/out/renderer/assets/a.js', 'data:image/png;base64,AA=='])(
    'allows %s',
    (url) => {
      expect(mayRequest(url, page, false)).toBe(true)
    },
  )

  it.each([
    'file:///etc/passwd',
    'file:///opt/workbench/out/main/index.js',
    'file:///opt/workbench/out/renderer/../main/index.js',
    'file:///opt/workbench/out/renderer/%2e%2e/main/index.js',
    'file:///opt/workbench/out/renderer/..%2fmain/index.js',
    'file:///opt/workbench/out/renderer/..%5cmain/index.js',
    'file:///opt/workbench/out/renderer/%ff.js',
    'file://server/opt/workbench/out/renderer/index.html',
    'http://localhost/',
    'https://arxiv.org/',
    'ws://localhost/',
    'chrome-extension://x/y',
    'devtools://devtools/bundled/inspector.html',
    'x',
  ])('blocks %s', (url) => {
    expect(mayRequest(url, page, false)).toBe(false)
  })

  it('lets the developer tools load in development', () => {
    expect(mayRequest('devtools://devtools/bundled/inspector.html', page, true)).toBe(true)
  })
})

describe('externalLink', () => {
  it('opens https links of the listed hosts', () => {
    expect(externalLink('https://www.cs.toronto.edu/~kriz/cifar.html')).toBe(
      'https://www.cs.toronto.edu/~kriz/cifar.html',
    )
    for (const host of externalHosts) expect(externalLink(`https://${host}/`)).toBe(`https://${host}/`)
  })

  it.each([
    'http://arxiv.org/',
    'https://arxiv.org.example/',
    'https://example/arxiv.org',
    'https://arxiv.org@example/',
    'https://user@arxiv.org/',
    'https://user:pass@arxiv.org/',
    'https://arxiv.org:8443/',
    'https://sub.arxiv.org/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://arxiv.org/x',
    'arxiv.org',
  ])('rejects %s', (url) => {
    expect(externalLink(url)).toBeNull()
  })
})

describe('wasAskedFor', () => {
  it('is true only shortly after a press', () => {
    expect(wasAskedFor(null, 1000)).toBe(false)
    expect(wasAskedFor(1000, 1000)).toBe(true)
    expect(wasAskedFor(1000, 2400)).toBe(true)
    expect(wasAskedFor(1000, 9000)).toBe(false)
    expect(wasAskedFor(2000, 1000)).toBe(false)
  })
})

describe('content security policy of the page', () => {
  const html = readFileSync(path.resolve('src-renderer/index.html'), 'utf8')
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(html)?.[1]

  it('allows the program itself and nothing else', () => {
    expect(
      policy
        ?.split(';')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    ).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
    ])
  })

  it('comes before everything that it must govern', () => {
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<script'))
    expect(html.match(/<script(?![^>]*\ssrc=)/)).toBeNull()
    expect(html).not.toMatch(/<style|style="/)
  })
})

describe('page of a development server', () => {
  const served = 'http://localhost:5173/'

  it('is accepted only from this machine and only in development', () => {
    const url = (ELECTRON_RENDERER_URL: string, MCNN_DEV = '1'): string | null =>
      devServerPage({ MCNN_DEV, ELECTRON_RENDERER_URL })
    expect(url('http://localhost:5173')).toBe(served)
    expect(url('http://localhost:5173', '0')).toBeNull()
    expect(url('http://localhost.evil.example:5173')).toBeNull()
    expect(url('https://arxiv.org')).toBeNull()
    expect(url('file:///etc/passwd')).toBeNull()
    expect(url('')).toBeNull()
    expect(devServerPage({})).toBeNull()
  })

  it('is the own page with any hash, and no other page is', () => {
    expect(isOwnPage(`${served}#/runs`, served)).toBe(true)
    for (const other of [`${served}x`, `${served}?x=1`, 'http://localhost:5174/', page, 'https://arxiv.org/'])
      expect(isOwnPage(other, served), other).toBe(false)
  })

  it('may request only its own server', () => {
    for (const own of [`${served}main.ts`, 'ws://localhost:5173/?token=x', 'data:image/png;base64,AA=='])
      expect(mayRequest(own, served, true), own).toBe(true)
    for (const other of ['http://localhost:5174/', 'https://arxiv.org/', page, 'wss://arxiv.org/'])
      expect(mayRequest(other, served, true), other).toBe(false)
  })
})
