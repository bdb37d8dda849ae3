/** The palette's search in the history. */
import { z } from 'zod'
import { read } from '../call'
import { arch, datasetId } from '../experiment'
import { runId, studyId } from '../ids'
import { variant } from '../variants/variants'
import { runState } from './states'

/** Words separated by blanks. */
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
   * Studies and runs whose names, networks, data, seeds and states contain every word of the text; best match first.
   */
  'search.find': read(z.strictObject({ text: searchText, limit: z.int().min(1).max(50).default(8) }), z.array(found)),
} as const
