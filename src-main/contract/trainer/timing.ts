/** JSON lines to and from a process that times steps on request and waits on its standard input in between. */
import { z } from 'zod'
import { arch, precision, variant } from '../experiment'

/** On its standard input: how many steps to run untimed, then timed. */
export const timingRequest = z.strictObject({ untimed: z.int().min(0), timed: z.int().min(1) })
export type TimingRequest = z.infer<typeof timingRequest>

/** On its standard output. An `error` is a sentence, and the last line. */
export const timingReply = z.union([
  z.strictObject({ ready: z.strictObject({ version: z.string(), device: z.string() }) }),
  z.strictObject({ ms: z.array(z.number().positive()) }),
  z.strictObject({ error: z.string() }),
])
export type TimingReply = z.infer<typeof timingReply>

/** Returns the reply in a line of its standard output; null for other lines, such as banners of TensorFlow. */
export function parseTimingReply(line: string): TimingReply | null {
  if (!line.startsWith('{')) return null
  try {
    return timingReply.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

/** Argument of a trainer started with `--time-steps`: the steps to time, and the number of warm-up steps. */
export const timingJob = z.strictObject({ precision, variant, arch, batch: z.int().min(1), warmUp: z.int().min(0) })
export type TimingJob = z.infer<typeof timingJob>
