/** What a worker of ours is told on its command line. */
import { z } from 'zod'
import { timedWork } from '../src-main/contract/trainer/turns'

export const work = timedWork.extend({ name: z.enum(['step', 'stock-eager']) })
export type Work = z.infer<typeof work>
