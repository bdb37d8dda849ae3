/** The command-line job of a worker process. */
import { z } from 'zod'
import { timedWork } from '../src-main/contract/trainer/turns'

export const work = timedWork.extend({ name: z.enum(['step', 'stock-eager']) })
export type Work = z.infer<typeof work>
