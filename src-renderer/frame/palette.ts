/** The palette's entries for a text. Pure. */
import uFuzzy from '@leeoniya/ufuzzy'
import { commandNames, commands, type CommandName, type Found } from '../../src-main/contract'
import type { IconName } from '../components/controls/icons'
import { percent, plural, runTitle } from '../lib/format'
import { href, parseHash } from '../lib/navigation/routes'

export interface Entry {
  id: string
  title: string
  detail: string
  icon: IconName
  /** Shortcut, as in the table of commands. */
  keys: string | null
  does: { command: CommandName } | { go: string }
  /** Parts of the title to mark: from, to, from, to … */
  marks: readonly number[]
}

export interface Group {
  title: string
  entries: Entry[]
}

const icons: Partial<Record<CommandName, IconName>> = {
  'file.new-study': 'plus',
  'file.import-archive': 'import',
  'file.import-folder': 'folder',
  'file.import-study': 'import',
  'file.export-study': 'export',
  'file.open-data': 'folder',
  'edit.undo': 'undo',
  'edit.copy-link': 'link',
  'run.pause': 'pause',
  'run.stop': 'stop',
  'run.verify': 'verify',
  'run.show': 'running',
  'go.studies': 'studies',
  'go.runs': 'runs',
  'go.banks': 'banks',
  'go.data': 'data',
  'go.system': 'system',
  'help.doctor': 'done',
}

const pages = commandNames.filter((name) => commands[name].menu === 'Go' && name !== 'go.back' && name !== 'go.forward')
// The palette does not offer itself.
const actions = commandNames.filter((name) => !pages.includes(name) && name !== 'view.palette')
/** Shown before anything is typed. */
const usual: readonly CommandName[] = ['file.new-study', 'edit.copy-link', 'run.pause', 'help.shortcuts']

function commandEntry(name: CommandName, marks: readonly number[] = []): Entry {
  const { title, keys } = commands[name]
  return {
    id: name,
    title,
    detail: '',
    icon: icons[name] ?? 'right',
    keys: keys?.[0] ?? null,
    does: { command: name },
    marks,
  }
}

// 1 is SingleError: a `const enum` can't be imported by isolated modules.
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const fuzzy = new uFuzzy({ intraMode: 1 })
const mostWords = 4

/** Returns matching commands, best first; tolerates one mistyped letter per word. */
export function matching(text: string, names: readonly CommandName[]): Entry[] {
  const titles = names.map((name) => `${commands[name].title} ${commands[name].words ?? ''}`)
  const [indices, info, order] = fuzzy.search(titles, text, mostWords)
  if (!indices || !info || !order) return []
  return order.flatMap((at) => {
    const name = names[info.idx[at] ?? -1]
    if (name === undefined) return []
    const { length } = commands[name].title
    // Search words aren't part of the title.
    return [
      commandEntry(
        name,
        (info.ranges[at] ?? []).map((end) => Math.min(end, length)),
      ),
    ]
  })
}

/** Returns where each word of the text occurs in a title: from, to, from, to …, ascending and disjoint. */
export function marksOf(title: string, text: string): number[] {
  const lower = title.toLowerCase()
  const spans = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .flatMap((word) => {
      const at = lower.indexOf(word)
      return at < 0 ? [] : [[at, at + word.length] as const]
    })
    .sort((a, b) => a[0] - b[0])
  const marks: number[] = []
  for (const [from, to] of spans) {
    const end = marks.at(-1)
    if (end !== undefined && from <= end) marks[marks.length - 1] = Math.max(end, to)
    else marks.push(from, to)
  }
  return marks
}

/** Splits a title into marked and unmarked parts. */
export function parts(title: string, marks: readonly number[]): { text: string; marked: boolean }[] {
  const ends = [0, ...marks, title.length]
  return ends
    .slice(1)
    .flatMap((end, i) => (end > (ends[i] ?? 0) ? [{ text: title.slice(ends[i], end), marked: i % 2 === 1 }] : []))
}

export function foundEntry(found: Found, text: string): Entry {
  if (found.kind === 'study') {
    const detail = `${found.done} of ${plural(found.runs, 'run')} done`
    return {
      id: `study/${found.id}`,
      title: found.name,
      detail,
      icon: 'studies',
      keys: null,
      does: { go: href.study(found.id) },
      marks: marksOf(found.name, text),
    }
  }
  const title = runTitle(found)
  const result = found.state === 'done' && found.testAccuracy !== null ? percent(found.testAccuracy) : found.state
  return {
    id: `run/${found.id}`,
    title,
    detail: `${found.studyName} · ${result}`,
    icon: 'runs',
    keys: null,
    does: { go: href.run(found.id) },
    marks: marksOf(title, text),
  }
}

/** Looks up the names behind recent addresses; null if deleted. */
export interface Names {
  study: (id: string) => string | null
  run: (id: string) => string | null
}

const pageNames: Partial<Record<ReturnType<typeof parseHash>['page'], CommandName>> = {
  studies: 'go.studies',
  runs: 'go.runs',
  banks: 'go.banks',
  data: 'go.data',
  system: 'go.system',
  'new-study': 'file.new-study',
}

/** Returns the entry of an address; null if its target was deleted. */
export function addressEntry(hash: string, names: Names): Entry | null {
  const route = parseHash(hash)
  const page = route.page === 'help' ? (`help.${route.section}` as const) : pageNames[route.page]
  const at = hash.indexOf('?')
  const detail = at < 0 ? '' : decoded(hash.slice(at + 1))
  if (page !== undefined) return { ...commandEntry(page), id: `at/${hash}`, detail, keys: null, does: { go: hash } }
  const title = route.page === 'study' ? names.study(route.id) : route.page === 'run' ? names.run(route.id) : null
  return title === null
    ? null
    : {
        id: `at/${hash}`,
        title,
        detail,
        icon: route.page === 'study' ? 'studies' : 'runs',
        keys: null,
        does: { go: hash },
        marks: [],
      }
}

function decoded(query: string): string {
  return [...new URLSearchParams(query)].map(([name, value]) => `${name} ${value}`).join(', ')
}

interface Asked {
  text: string
  /** Returns the entry of a pasted link; null if the text is not a link. */
  address: string | null
  recent: readonly Entry[]
  training: readonly Entry[]
  found: readonly Found[]
}

/**
 * Returns the groups for a text. Local results come before the service's, so that entries don't move while loading.
 */
export function groupsFor({ text, address, recent, training, found }: Asked): Group[] {
  const groups: Group[] =
    address !== null
      ? [
          {
            title: 'Link',
            entries: [
              {
                id: 'link',
                title: 'Open this view',
                detail: address,
                icon: 'link',
                keys: null,
                does: { go: address },
                marks: [],
              },
            ],
          },
        ]
      : text.trim() === ''
        ? [
            { title: 'Recent', entries: [...recent] },
            { title: 'Training', entries: [...training] },
            { title: 'Pages', entries: pages.map((name) => commandEntry(name)) },
            { title: 'Actions', entries: usual.map((name) => commandEntry(name)) },
          ]
        : [
            { title: 'Pages', entries: matching(text, pages) },
            { title: 'Actions', entries: matching(text, actions).slice(0, 6) },
            {
              title: 'Studies',
              entries: found.filter((one) => one.kind === 'study').map((one) => foundEntry(one, text)),
            },
            { title: 'Runs', entries: found.filter((one) => one.kind === 'run').map((one) => foundEntry(one, text)) },
          ]
  return groups.filter((group) => group.entries.length > 0)
}
