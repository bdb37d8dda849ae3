/** The runs table without its looks: columns, filters and sorting, kept in the address. Pure. */
import {
  archs,
  datasetIds,
  depthOf,
  runStates,
  variants,
  type Arch,
  type DatasetId,
  type RunState,
  type RunSummary,
  type Variant,
} from '../../../src-main/contract'

/** What needs a person or moves comes first when states are sorted upwards. */
const stateOrder: readonly RunState[] = ['failed', 'diverged', 'interrupted', 'running', 'paused', 'queued', 'stopped', 'done']

type Key = number | string | null

/** What each column sorts by; null is missing. */
const columnKeys = {
  config: (run) => `${String(variants.indexOf(run.variant)).padStart(2, '0')} ${String(depthOf(run.arch)).padStart(4, '0')}`,
  dataset: (run) => datasetIds.indexOf(run.dataset),
  seed: (run) => run.seed,
  state: (run) => stateOrder.indexOf(run.state),
  accuracy: (run) => shownAccuracy(run),
  best: (run) => run.bestTestAccuracy,
  epochs: (run) => run.epochsDone,
  parameters: (run) => run.trainableParameters,
  speed: (run) => run.imagesPerSecond,
  time: (run) => run.seconds,
  created: (run) => run.createdAt,
} satisfies Record<string, (run: RunSummary) => Key>

export type Column = keyof typeof columnKeys
export const columns = Object.keys(columnKeys) as Column[]

export interface View {
  state: RunState | null
  dataset: DatasetId | null
  arch: Arch | null
  variant: Variant | null
  sort: Column
  /** Highest first. */
  descending: boolean
}

export type Facet = 'state' | 'dataset' | 'arch' | 'variant'
export const facets: readonly Facet[] = ['state', 'dataset', 'arch', 'variant']

export const defaultView: View = { state: null, dataset: null, arch: null, variant: null, sort: 'created', descending: true }

/**
 * The accuracy that stands for the run: of its last finished epoch. A diverged run has none, whatever it reached
 * before; it is NaN, and its best epoch has a column of its own.
 */
export function shownAccuracy(run: Pick<RunSummary, 'state' | 'testAccuracy'>): number | null {
  return run.state === 'diverged' ? Number.NaN : run.testAccuracy
}

/** Columns whose first click puts the highest first: numbers one looks for the top of. */
const descendingFirst: readonly Column[] = ['accuracy', 'best', 'epochs', 'speed', 'time', 'created']
export function firstDirection(column: Column): 'ascending' | 'descending' {
  return descendingFirst.includes(column) ? 'descending' : 'ascending'
}

/** Unknown words in an address are left out rather than refused: an old link still opens. */
export function parseView(query: URLSearchParams): View {
  const of = <T extends string>(name: string, known: readonly T[]): T | null => known.find((word) => word === query.get(name)) ?? null
  const sort = of('sort', columns) ?? defaultView.sort
  const direction = of('dir', ['asc', 'desc'])
  return {
    state: of('state', runStates),
    dataset: of('dataset', datasetIds),
    arch: of('arch', archs),
    variant: of('variant', variants),
    sort,
    descending: direction === null ? descendingFirst.includes(sort) : direction === 'desc',
  }
}

/** For the address; what is as it is anyway is left out. */
export function viewQuery(view: View): Record<string, string | null> {
  const plain = view.descending === descendingFirst.includes(view.sort)
  return {
    state: view.state,
    dataset: view.dataset,
    arch: view.arch,
    variant: view.variant,
    sort: view.sort === defaultView.sort && plain ? null : view.sort,
    dir: plain ? null : view.descending ? 'desc' : 'asc',
  }
}

export function matches(run: RunSummary, view: View): boolean {
  return facets.every((facet) => view[facet] === null || run[facet] === view[facet])
}

export function isFiltered(view: View): boolean {
  return facets.some((facet) => view[facet] !== null)
}

/** Runs to show, in order. Missing values and NaN are last whichever way it is sorted; equals by newest, then in the order of a plan. */
export function arrange(runs: Iterable<RunSummary>, view: View): RunSummary[] {
  const key: (run: RunSummary) => Key = columnKeys[view.sort]
  const rows: { run: RunSummary; key: Key; rank: number }[] = []
  for (const run of runs) {
    if (!matches(run, view)) continue
    const value = key(run)
    rows.push({ run, key: value, rank: value === null ? 2 : Number.isNaN(value) ? 1 : 0 })
  }
  const sign = view.descending ? -1 : 1
  rows.sort((a, b) => {
    if (a.rank !== b.rank) return a.rank - b.rank
    if (a.rank === 0 && a.key !== b.key) return sign * (a.key !== null && b.key !== null && a.key < b.key ? -1 : 1)
    if (a.run.createdAt !== b.run.createdAt) return a.run.createdAt < b.run.createdAt ? 1 : -1
    return planOrder(a.run, b.run)
  })
  return rows.map((row) => row.run)
}

/** Runs of one study are made at one moment: by network, variant and seed then, as its plan has them. */
function planOrder(a: RunSummary, b: RunSummary): number {
  return archs.indexOf(a.arch) - archs.indexOf(b.arch) || variants.indexOf(a.variant) - variants.indexOf(b.variant) || a.seed - b.seed || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** How many runs each choice of a filter would leave, the other filters as they are. */
export function facetCounts(runs: Iterable<RunSummary>, view: View): Record<Facet, Map<string, number>> {
  const counts: Record<Facet, Map<string, number>> = { state: new Map(), dataset: new Map(), arch: new Map(), variant: new Map() }
  for (const run of runs) {
    const failing = facets.filter((facet) => view[facet] !== null && run[facet] !== view[facet])
    for (const facet of facets) {
      // A run counts for a filter's choices if no other filter hides it.
      if (failing.length === 0 || (failing.length === 1 && failing[0] === facet)) {
        counts[facet].set(run[facet], (counts[facet].get(run[facet]) ?? 0) + 1)
      }
    }
  }
  return counts
}
