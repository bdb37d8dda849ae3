/** Choices for a machine, from what is known or measured of it. Pure. */
import type { Precision } from '../../contract/experiment'
import type { Device } from '../../contract/system/system'
import { margin, defaultThreads, type ThreadCounts, type ThreadTimes } from '../../contract/system/tuning'

/** Returns the precision that `auto` means on a device. */
export function autoPrecision({ bfloat16 }: Pick<Device, 'bfloat16'>): Precision {
  return bfloat16 === null ? 'float32' : 'bfloat16'
}

/** Returns the fastest thread counts if they are clearly faster than TensorFlow's default, else the default. */
export function chosenThreads({ candidates }: Pick<ThreadTimes, 'candidates'>): ThreadCounts {
  const fastest = candidates.reduce<ThreadTimes['candidates'][number] | null>(
    (best, next) => (best === null || next.ratio < best.ratio ? next : best),
    null,
  )
  return fastest !== null && fastest.ratio < margin ? fastest.threads : defaultThreads
}

/** Returns how many trainers at once process the most images per second, if clearly more than one trainer; else 1. */
export function chosenSlots({ parallel = [] }: Pick<ThreadTimes, 'parallel'>): number {
  const best = parallel.reduce<{ count: number; ratio: number }>((a, b) => (b.ratio > a.ratio ? b : a), {
    count: 1,
    ratio: 1,
  })
  return best.ratio > 1 / margin ? best.count : 1
}
