/** What the palette finds in the history. */
import { z } from 'zod'
import { arch, datasetId, variant } from './experiment'
import { runId, runState, studyId } from './records'

/** Words parted by blanks. */
export const searchText = z.string().max(200)

export const found = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('study'), id: studyId, name: z.string(), runs: z.int(), done: z.int() }),
  z.object({
    kind: z.literal('run'),
    id: runId,
    studyName: z.string(),
    arch,
    variant,
    dataset: datasetId,
    seed: z.int(),
    state: runState,
    testAccuracy: z.number().nullable(),
  }),
])
export type Found = z.infer<typeof found>
