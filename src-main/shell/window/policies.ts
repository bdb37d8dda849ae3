/** Security policies of the window. Pure, without Electron, so that each rule can be tested. */
import { datasetSites } from '../../contract/datasets/datasetRegistry'

/** The only hosts that a click may open, in the user's browser. */
export const externalHosts: readonly string[] = [
  ...new Set(datasetSites.map(({ site }) => new URL(site).hostname)),
  'arxiv.org',
  'www.tensorflow.org',
]

/** Milliseconds after a key or button press within which an external link may open. */
const askedForMs = 1500

function parse(url: string): URL | null {
  try {
    return new URL(url)
  } catch {
    return null
  }
}

/** Returns the path of a file URL as the file system interprets it; null if it has none. */
function filePath(url: URL): string | null {
  if (url.protocol !== 'file:') return null
  try {
    return decodeURIComponent(url.pathname)
  } catch {
    return null
  }
}

/**
 * Returns the address of the page on the development server of `npm run dev`; null without one. Only a server on this
 * machine is accepted.
 */
export function devServerPage(env: Readonly<Record<string, string | undefined>>): string | null {
  const server = env['MCNN_DEV'] === '1' ? parse(env['ELECTRON_RENDERER_URL'] ?? '') : null
  return server?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(server.hostname)
    ? new URL('/', server).href
    : null
}

const isServed = (page: URL): boolean => page.protocol === 'http:'

/** Returns whether `url` is the program's own page, with any hash: other navigation is blocked. */
export function isOwnPage(url: string, page: string): boolean {
  const [asked, own] = [parse(url), parse(page)]
  if (!asked || !own) return false
  if (isServed(own)) return asked.origin === own.origin && asked.pathname === own.pathname && asked.search === ''
  const path = filePath(asked)
  return path !== null && path === filePath(own) && asked.host === own.host && asked.search === ''
}

/**
 * Returns whether a request of the window is allowed: only for the program's own files (and the developer tools if
 * enabled).
 * @param page URL of the window's page: a file, whose folder may be read, or the page of the development server
 */
export function mayRequest(url: string, page: string, development: boolean): boolean {
  const [asked, own] = [parse(url), parse(page)]
  if (!asked || !own) return false
  if (asked.protocol === 'devtools:') return development
  // Neither leaves the process; the content security policy restricts their use.
  if (asked.protocol === 'data:' || asked.protocol === 'blob:') return true
  if (isServed(own)) return asked.host === own.host && ['http:', 'ws:'].includes(asked.protocol)
  const [path, ownPath] = [filePath(asked), filePath(own)]
  if (path === null || ownPath === null || asked.host !== own.host) return false
  return path.startsWith(ownPath.slice(0, ownPath.lastIndexOf('/') + 1)) && !path.split(/[\\/]/).includes('..')
}

/** Returns the address to open in the user's browser; null if it is not allowed. */
export function externalLink(url: string): string | null {
  const link = parse(url)
  if (!link || link.protocol !== 'https:' || link.port !== '' || link.username !== '' || link.password !== '')
    return null
  return externalHosts.includes(link.hostname) ? link.href : null
}

/** Returns whether the last key or button press (both times in ms) is recent enough to have caused a link. */
export function wasAskedFor(pressedAt: number | null, now: number): boolean {
  return pressedAt !== null && now >= pressedAt && now - pressedAt <= askedForMs
}
