/** Props that the matrix passes to each of its rows. */
import type { MapRow } from './address'

export interface RowProps {
  /** Props of a band's tile. */
  tile: (
    row: MapRow,
    band: number,
  ) => {
    describedby: string
    at: { x: number; y: number } | null
    onpoint: (at: { x: number; y: number } | null, byKey: boolean) => void
    onkeep: (at: { x: number; y: number }) => void
    onclear: () => void
  }
  /** The marked place of a band's map. */
  markOf: (row: MapRow, band: number) => { x: number; y: number } | null
}
