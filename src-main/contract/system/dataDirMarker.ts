/** The file that marks a directory as a data directory of this program. */
import { z } from 'zod'

export const markerName = 'mcnn-workbench.json'
export const markerFormat = 1
export const dataDirMarker = z.object({ format: z.int().min(1), id: z.string().min(1).max(100) })
export type DataDirMarker = z.infer<typeof dataDirMarker>
