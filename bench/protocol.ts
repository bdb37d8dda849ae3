/** JSON lines between the conductor and a worker, which waits on its standard input between two turns. */
import { z } from 'zod'
import { arch, precision, variant } from '../src-main/contract/experiment'

/** On a worker's standard input: a turn of steps, of which the first ones only warm up. */
export const turn = z.strictObject({ untimed: z.int().min(0), timed: z.int().min(1) })
export type Turn = z.infer<typeof turn>

/** On its standard output; `error` is a sentence and the last thing it says. */
export const answer = z.union([
  z.strictObject({ ready: z.strictObject({ version: z.string(), device: z.string() }) }),
  z.strictObject({ ms: z.array(z.number().positive()) }),
  z.strictObject({ error: z.string() }),
])
export type Answer = z.infer<typeof answer>

/** What a worker of ours is told on its command line. */
export const work = z.strictObject({
  name: z.enum(['step', 'stock-eager']),
  precision,
  variant,
  arch,
  batch: z.int().min(1),
  warmUp: z.int().min(0),
})
export type Work = z.infer<typeof work>
