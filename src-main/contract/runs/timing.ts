/** Whether the times of a run are those of a run alone. The texts are in `analysis/text/timing.ts`. */
import { z } from 'zod'

/** Kind of the event of a run that trained next to another training: its times are longer than those of a run alone. */
export const sharedMachineKind = 'shared-machine'

/** alone: no other training was noticed on the machine. shared: another training ran at the same time. */
export const timings = ['alone', 'shared'] as const
/** Null before the first finished epoch: there is no time. */
export const timing = z.enum(timings).nullable()
export type Timing = z.infer<typeof timing>
