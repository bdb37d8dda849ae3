/** Recently visited pages, newest first. Pure. */
import { parseHash } from './routes'

/** Stored entries; the palette shows fewer, because some may be deleted. */
const most = 20

/** Returns the same key for all addresses within one page, study or run. */
export function placeOf(hash: string): string {
  const route = parseHash(hash)
  if (route.page === 'study' || route.page === 'run') return `${route.page}/${route.id}`
  return route.page === 'help' ? `${route.page}/${route.section}` : route.page
}

/** Returns the ids of the runs in the addresses, without duplicates. */
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

/** Puts `hash` first and removes an older entry of the same place. */
export function withVisit(recent: readonly string[], hash: string): string[] {
  if (parseHash(hash).page === 'unknown') return [...recent]
  const place = placeOf(hash)
  return [hash, ...recent.filter((one) => placeOf(one) !== place)].slice(0, most)
}

/** Returns the stored entries; empty if they are invalid. */
export function parseRecent(text: string | null): string[] {
  try {
    const json: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(json) ? json.filter((one) => typeof one === 'string').slice(0, most) : []
  } catch {
    return []
  }
}

/** Returns the address in a pasted text: '#/runs/x', or a URL that ends with it; null if there is none. */
export function pastedAddress(text: string): string | null {
  const trimmed = text.trim()
  const at = trimmed.indexOf('#/')
  if (at < 0 || /\s/.test(trimmed)) return null
  // Only the rest of a URL may precede it.
  if (at > 0 && !/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) return null
  const hash = trimmed.slice(at)
  return parseHash(hash).page === 'unknown' ? null : hash
}
