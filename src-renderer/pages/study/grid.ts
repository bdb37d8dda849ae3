/** The plan of a study as a grid of its runs. Pure. */
import { sum } from 'd3-array'
import {
  archs,
  compareVariants,
  datasetIds,
  type Arch,
  type DatasetId,
  type RunSummary,
  type Variant,
} from '../../../src-main/contract'
import { archName, archShort, datasetName } from '../../lib/format'

export interface PlanRow {
  key: string
  dataset: DatasetId
  arch: Arch
  label: string
  /** Short label for narrow rows. */
  short: string
  /** Runs by variant and seed; runs of the same seed in the order of creation. */
  cells: ReadonlyMap<Variant, readonly RunSummary[]>
}

export interface PlanGrid {
  variants: readonly Variant[]
  rows: readonly PlanRow[]
}

/** Most cells of a row and variant: single runs can be thousands, and then only the first ones are drawn. */
const mostCells = 1000
const fewCells = 10

export function planGrid(runs: readonly RunSummary[]): PlanGrid {
  const present = [...new Set(runs.map((run) => run.variant))].sort(compareVariants)
  const rows = datasetIds.flatMap((dataset) =>
    archs.flatMap((arch): PlanRow[] => {
      const members = runs.filter((run) => run.dataset === dataset && run.arch === arch)
      if (members.length === 0) return []
      const cells = new Map(
        present.map(
          (v) =>
            [
              v,
              members
                .filter((run) => run.variant === v)
                .sort((a, b) => a.seed - b.seed || (a.createdAt < b.createdAt ? -1 : 1)),
            ] as const,
        ),
      )
      return [
        {
          key: `${dataset}/${arch}`,
          dataset,
          arch,
          label: `${datasetName(dataset)} · ${archName(arch)}`,
          short: `${datasetName(dataset)} · ${archShort(arch)}`,
          cells,
        },
      ]
    }),
  )
  return { variants: present, rows }
}

/** Returns the number of drawn cells: per row and variant at most `most`, cumulative before each, and in total. */
export function drawnCells(grid: PlanGrid): { most: number; before: number[][]; total: number } {
  const counts = grid.rows.map((row) => grid.variants.map((variant) => row.cells.get(variant)?.length ?? 0))
  const most = sum(counts.flat()) > mostCells ? fewCells : Infinity
  let total = 0
  const before = counts.map((row) =>
    row.map((count) => {
      const here = total
      total += Math.min(most, count)
      return here
    }),
  )
  return { most, before, total }
}
