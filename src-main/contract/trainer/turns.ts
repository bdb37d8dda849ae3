/** JSON lines to and from a process that is timed in turns with others and waits on its standard input in between. */
import { z } from 'zod'
import { arch, precision, variant } from '../experiment'

/** On its standard input: a turn of steps, of which the first ones are untimed. */
export const turn = z.strictObject({ untimed: z.int().min(0), timed: z.int().min(1) })
export type Turn = z.infer<typeof turn>

/** On its standard output; after an `error`, a sentence, nothing follows. */
export const answer = z.union([
  z.strictObject({ ready: z.strictObject({ version: z.string(), device: z.string() }) }),
  z.strictObject({ ms: z.array(z.number().positive()) }),
  z.strictObject({ error: z.string() }),
])
export type Answer = z.infer<typeof answer>

/** Returns the answer in a line of its standard output; null for other lines, such as banners of TensorFlow. */
export function answerIn(line: string): Answer | null {
  if (!line.startsWith('{')) return null
  try {
    return answer.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

/** Argument of a trainer started with `--turns`: the steps to time, and the number of warm-up steps. */
export const timedWork = z.strictObject({ precision, variant, arch, batch: z.int().min(1), warmUp: z.int().min(0) })
export type TimedWork = z.infer<typeof timedWork>
