/** JSON lines to and from a process that is timed in turns with others: it waits on its standard input between two. */
import { z } from 'zod'
import { arch, precision, variant } from '../experiment'

/** On its standard input: a turn of steps, of which the first ones only warm up. */
export const turn = z.strictObject({ untimed: z.int().min(0), timed: z.int().min(1) })
export type Turn = z.infer<typeof turn>

/** On its standard output; `error` is a sentence and the last thing it says. */
export const answer = z.union([
  z.strictObject({ ready: z.strictObject({ version: z.string(), device: z.string() }) }),
  z.strictObject({ ms: z.array(z.number().positive()) }),
  z.strictObject({ error: z.string() }),
])
export type Answer = z.infer<typeof answer>

/**
 * The answer in a line of its standard output; null where the line is none: TensorFlow and others have been seen to
 * greet there.
 */
export function answerIn(line: string): Answer | null {
  if (!line.startsWith('{')) return null
  try {
    return answer.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

/**
 * What a trainer started with `--turns` is told on its command line: the steps to take, and how many before it is warm.
 */
export const timedWork = z.strictObject({ precision, variant, arch, batch: z.int().min(1), warmUp: z.int().min(0) })
export type TimedWork = z.infer<typeof timedWork>
