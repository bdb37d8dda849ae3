/** What the palette finds in the history. */
import { z } from 'zod'
import { read } from '../call'
import { arch, datasetId } from '../experiment'
import { runId, studyId } from '../ids'
import { variant } from '../variants'
import { runState } from './states'

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

export const searchCalls = {
  /**
   * Studies and runs in which every word of the text occurs, in their names, networks, data, seeds and states; best
   * first.
   */
  'search.find': read(z.strictObject({ text: searchText, limit: z.int().min(1).max(50).default(8) }), z.array(found)),
} as const
