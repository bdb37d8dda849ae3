/** Ids of runs and studies. */
import { z } from 'zod'

/** Short, lower case, safe as a file name. */
export const runId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/)

export const studyId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,119}$/)

export const ofRun = z.strictObject({ id: runId })

export const ofStudy = z.strictObject({ id: studyId })
