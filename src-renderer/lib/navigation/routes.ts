/** Addresses of pages: the hash contains everything on a page that is worth a link. Pure. */

export type Route =
  | { page: 'studies'; trash: boolean }
  | { page: 'study'; id: string; section: string | null }
  | { page: 'new-study'; like: readonly string[] }
  | { page: 'runs'; query: URLSearchParams }
  | { page: 'run'; id: string; compare: string | null }
  | { page: 'banks'; query: URLSearchParams }
  | { page: 'data'; id: string | null }
  | { page: 'system' }
  | { page: 'help'; section: HelpSection; term: string | null }
  | { page: 'unknown'; hash: string }

export const helpSections = ['method', 'glossary'] as const
export type HelpSection = (typeof helpSections)[number]

/** Most ids in an address. */
const mostAlike = 100

export function parseHash(hash: string): Route {
  const text = hash.startsWith('#') ? hash.slice(1) : hash
  const [path = '', search = ''] = text.split('?', 2)
  const query = new URLSearchParams(search)
  const [first = '', second, ...rest] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decode)
  if (rest.length > 0) return { page: 'unknown', hash }
  if (first === '' || (first === 'studies' && second === undefined))
    return { page: 'studies', trash: query.get('in') === 'trash' }
  if (first === 'studies' && second !== undefined) return { page: 'study', id: second, section: query.get('at') }
  if (first === 'runs')
    return second === undefined ? { page: 'runs', query } : { page: 'run', id: second, compare: comparedRun(query) }
  if (first === 'help') {
    const section = helpSections.find((one) => one === (second ?? 'method'))
    return section ? { page: 'help', section, term: query.get('term') } : { page: 'unknown', hash }
  }
  if (second !== undefined) return { page: 'unknown', hash }
  if (first === 'new')
    return {
      page: 'new-study',
      like: (query.get('like') ?? '')
        .split(',')
        .filter((id) => id !== '')
        .slice(0, mostAlike),
    }
  if (first === 'banks') return { page: 'banks', query }
  if (first === 'data') return { page: 'data', id: query.get('id') }
  if (first === 'system') return { page: 'system' }
  return { page: 'unknown', hash }
}

/** Returns the id of the comparison run in an address. Links of earlier versions have it as `beside`. */
export function comparedRun(query: URLSearchParams): string | null {
  return query.get('compare') ?? query.get('beside')
}

export const href = {
  studies: () => '#/studies',
  trashedStudies: () => '#/studies?in=trash',
  study: (id: string, section?: string) => `#/studies/${encodeURIComponent(id)}${search({ at: section })}`,
  /** `like`: runs whose configs fill the form. */
  newStudy: (like: readonly string[] = []) => `#/new${search({ like: like.slice(0, mostAlike).join(',') })}`,
  /** `query` is the runs page's own. */
  runs: (query?: Record<string, string | number | null | undefined>) => `#/runs${search(query ?? {})}`,
  /** `compare`: the comparison run. */
  run: (id: string, compare?: string) => `#/runs/${encodeURIComponent(id)}${search({ compare })}`,
  /** `query` is the filter banks page's own: pages/filter-banks/address.ts. */
  banks: (query?: Record<string, string | number | null | undefined>) => `#/banks${search(query ?? {})}`,
  data: (id?: string) => `#/data${search({ id })}`,
  system: () => '#/system',
  method: () => '#/help/method',
  /** `term`: id of the entry to scroll to. */
  glossary: (term?: string) => `#/help/glossary${search({ term })}`,
}

function search(values: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(values))
    if (value !== null && value !== undefined && value !== '') query.set(key, String(value))
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
