/** The plan of a study as a grid of its runs. Pure. */
import { archs, compareVariants, datasetIds, type Arch, type DatasetId, type RunSummary, type Variant } from '../../../src-main/contract'
import { archName, archShort, datasetName } from '../../lib/format'

export interface PlanRow {
  key: string
  dataset: DatasetId
  arch: Arch
  label: string
  /** For tight places. */
  short: string
  /** Runs by variant, seed by seed; runs of the same seed in the order they were made. */
  cells: ReadonlyMap<Variant, readonly RunSummary[]>
}

export interface PlanGrid {
  variants: readonly Variant[]
  rows: readonly PlanRow[]
}

export function planGrid(runs: readonly RunSummary[]): PlanGrid {
  const present = [...new Set(runs.map((run) => run.variant))].sort(compareVariants)
  const rows = datasetIds.flatMap((dataset) =>
    archs.flatMap((arch): PlanRow[] => {
      const members = runs.filter((run) => run.dataset === dataset && run.arch === arch)
      if (members.length === 0) return []
      const cells = new Map(
        present.map((v) => [v, members.filter((run) => run.variant === v).sort((a, b) => a.seed - b.seed || (a.createdAt < b.createdAt ? -1 : 1))] as const),
      )
      return [{ key: `${dataset}/${arch}`, dataset, arch, label: `${datasetName(dataset)} · ${archName(arch)}`, short: `${datasetName(dataset)} · ${archShort(arch)}`, cells }]
    }),
  )
  return { variants: present, rows }
}

/** Cells that come before those of a row's variant, by rows and variants, and all there are. */
export function cellsBefore(grid: PlanGrid): { of: number[][]; total: number } {
  let total = 0
  const of = grid.rows.map((row) =>
    grid.variants.map((variant) => {
      const before = total
      total += row.cells.get(variant)?.length ?? 0
      return before
    }),
  )
  return { of, total }
}
