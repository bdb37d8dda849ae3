/** What a window may do. Pure: no Electron here, so that each rule can be tested by itself. */
import { datasetSites } from '../../contract/datasetRegistry'

/** The only hosts whose pages a click may open, in the person's own browser. */
export const externalHosts: readonly string[] = [
  ...new Set(datasetSites.map(({ site }) => new URL(site).hostname)),
  'arxiv.org',
  'www.tensorflow.org',
]

/** How long after a press of a button or key an outside link still counts as asked for. */
const askedForMs = 1500

function parse(url: string): URL | null {
  try {
    return new URL(url)
  } catch {
    return null
  }
}

/** The path of a file URL as the file system will read it; null where it has no such reading. */
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

/** Whether `url` is the program's own page, whatever its hash: navigation to anything else is refused. */
export function isOwnPage(url: string, page: string): boolean {
  const [asked, own] = [parse(url), parse(page)]
  if (!asked || !own) return false
  if (isServed(own)) return asked.origin === own.origin && asked.pathname === own.pathname && asked.search === ''
  const path = filePath(asked)
  return path !== null && path === filePath(own) && asked.host === own.host && asked.search === ''
}

/**
 * Whether a request may leave the window: only for the program's own files (and the developer tools where they are
 * allowed).
 * @param page URL of the window's page: a file, whose folder may be read, or the page of the development server
 */
export function mayRequest(url: string, page: string, development: boolean): boolean {
  const [asked, own] = [parse(url), parse(page)]
  if (!asked || !own) return false
  if (asked.protocol === 'devtools:') return development
  // Neither leaves the process; what they may be used for is the content security policy's matter.
  if (asked.protocol === 'data:' || asked.protocol === 'blob:') return true
  if (isServed(own)) return asked.host === own.host && ['http:', 'ws:'].includes(asked.protocol)
  const [path, ownPath] = [filePath(asked), filePath(own)]
  if (path === null || ownPath === null || asked.host !== own.host) return false
  return path.startsWith(ownPath.slice(0, ownPath.lastIndexOf('/') + 1)) && !path.split(/[\\/]/).includes('..')
}

/** The address to open in the person's browser, or null where it is not one of ours to open. */
export function externalLink(url: string): string | null {
  const link = parse(url)
  if (!link || link.protocol !== 'https:' || link.port !== '' || link.username !== '' || link.password !== '')
    return null
  return externalHosts.includes(link.hostname) ? link.href : null
}

/** Whether the last press of a button or key (both times in ms) is recent enough to have asked for a link. */
export function wasAskedFor(pressedAt: number | null, now: number): boolean {
  return pressedAt !== null && now >= pressedAt && now - pressedAt <= askedForMs
}
