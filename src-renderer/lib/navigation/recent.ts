/** Places that were looked at, the newest first. Pure. */
import { parseHash } from './routes'

/** Kept; the palette shows fewer, for some may be gone. */
const most = 20

/** The same for all addresses within one page, study or run. */
export function placeOf(hash: string): string {
  const route = parseHash(hash)
  if (route.page === 'study' || route.page === 'run') return `${route.page}/${route.id}`
  return route.page === 'help' ? `${route.page}/${route.section}` : route.page
}

/** Ids of the runs that addresses lead to, each once. */
export function runsIn(hashes: readonly string[]): string[] {
  return [
    ...new Set(
      hashes.flatMap((hash) => {
        const route = parseHash(hash)
        return route.page === 'run' ? [route.id] : []
      }),
    ),
  ]
}

/** With `hash` in front, in the place of what was seen of the same place before. */
export function withVisit(recent: readonly string[], hash: string): string[] {
  if (parseHash(hash).page === 'unknown') return [...recent]
  const place = placeOf(hash)
  return [hash, ...recent.filter((one) => placeOf(one) !== place)].slice(0, most)
}

/** What was kept, or nothing where it is not what was written. */
export function parseRecent(text: string | null): string[] {
  try {
    const json: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(json) ? json.filter((one) => typeof one === 'string').slice(0, most) : []
  } catch {
    return []
  }
}

/**
 * The address in a text that was pasted: '#/runs/x', or a whole URL that ends so; null where there is none that leads
 * anywhere.
 */
export function pastedAddress(text: string): string | null {
  const trimmed = text.trim()
  const at = trimmed.indexOf('#/')
  if (at < 0 || /\s/.test(trimmed)) return null
  // In front of it there is nothing, or the rest of a link.
  if (at > 0 && !/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) return null
  const hash = trimmed.slice(at)
  return parseHash(hash).page === 'unknown' ? null : hash
}
