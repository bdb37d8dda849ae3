/** The filter banks of selected runs as a view of the filter banks page: two compared, the others pinned. */
import type { FilterLayer, RunSummary } from '../../../../src-main/contract'
import { call } from '../../../lib/data/client'
import { addressQuery, parseAddress, type Pin } from '../../filter-banks/state/address'

/** Most pins that fit on the page. */
const mostPins = 6

/**
 * Returns the run to show, the one to compare it with, and the others; started runs only, multi-band ones first. Pure.
 */
export function arranged(
  runs: readonly RunSummary[],
): { run: RunSummary; compared: RunSummary | null; others: RunSummary[] } | null {
  const started = runs.filter((run) => run.startedAt !== null)
  const [run, ...rest] = [
    ...started.filter((one) => one.variant !== 'baseline'),
    ...started.filter((one) => one.variant === 'baseline'),
  ]
  if (!run) return null
  // Its own baseline is the most informative.
  const compared =
    rest.find(
      (one) =>
        one.variant === 'baseline' && one.arch === run.arch && one.dataset === run.dataset && one.seed === run.seed,
    ) ??
    rest[0] ??
    null
  return { run, compared, others: rest.filter((one) => one !== compared).slice(0, mostPins) }
}

/** Returns the bank that the page shows first for a run; null if it has none. Pure. */
export function firstBank(run: string, layers: readonly FilterLayer[]): Pin | null {
  const stored = layers.filter((layer) => layer.epochs.length > 0)
  const layer = stored.find((one) => one.multiband) ?? stored[0]
  const epoch = layer?.epochs.at(-1)
  return layer && epoch !== undefined ? { run, layer: layer.name, filter: 0, epoch } : null
}

/** Returns the query of the page's address; undefined if none of the runs has started. */
export async function banksOf(ids: readonly string[]): Promise<Record<string, string | number | null> | undefined> {
  const chosen = arranged((await call('runs.rows', { ids: ids.slice(0, 500) })).map(({ run }) => run))
  if (!chosen) return undefined
  const pins = await Promise.all(
    chosen.others.map(async ({ id }) => firstBank(id, await call('filters.layers', { id }))),
  )
  return addressQuery({
    ...parseAddress(new URLSearchParams()),
    run: chosen.run.id,
    compare: chosen.compared?.id ?? null,
    pins: pins.filter((pin) => pin !== null),
  })
}
