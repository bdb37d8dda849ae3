/** The command-line job of a worker process. */
import { z } from 'zod'
import { timingJob } from '../src-main/contract/trainer/timing'

export const work = timingJob.extend({ name: z.enum(['step', 'stock-eager']) })
export type Work = z.infer<typeof work>
