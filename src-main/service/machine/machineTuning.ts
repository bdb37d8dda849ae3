/** Measures the best thread counts of this machine on request, and returns the counts that trainers use. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { WorkbenchError } from '../../contract/errors'
import type { Doctor } from '../../contract/system/system'
import { chosenThreads } from '../../analysis/machine/choices'
import { defaultThreads, type ThreadTuning } from '../../contract/system/tuning'
import { deviceProber } from './probe'
import { processor } from './processor'
import { threadsOf } from '../training/trainerEnv'
import { knownTuning, machineKey, rememberTuning, threadsFile } from './threads'
import { tuneThreads, type TuningRun } from './threadTuning'

type Threads = NonNullable<Doctor['threads']>

export interface MachineTuning extends Pick<
  TuningRun,
  'trainerEntry' | 'log' | 'signal' | 'work' | 'busy' | 'otherTrainer'
> {
  /** Only measures a machine that has not been measured. */
  once: boolean
}

/**
 * Measures and stores the result. A failed measurement does not replace a stored one.
 * @throws WorkbenchError cancelled, or unavailable before the setup has run
 */
export async function tuneMachine({
  once,
  ...run
}: MachineTuning): Promise<{ tuning: ThreadTuning; threads: Threads }> {
  const [file, key] = [threadsFile(), machineKey()]
  if (key === null) throw new WorkbenchError('unavailable', 'The setup has not run.', { fix: 'Run `npm run setup`.' })
  const known = knownTuning(file, key)
  if (once && known) return { tuning: known, threads: threadsNow() }
  const folder = path.dirname(file)
  mkdirSync(folder, { recursive: true })
  const scratch = mkdtempSync(path.join(folder, 'tuning-'))
  const probe = deviceProber(run.trainerEntry, run.signal ?? new AbortController().signal)
  const tuning = await tuneThreads({ ...run, parallel: !once, scratch, processor: processor(), probe }).finally(() =>
    rmSync(scratch, { recursive: true, force: true }),
  )
  const replaces = 'problem' in tuning ? tuning.temporary !== true && (!known || 'problem' in known) : true
  if (replaces) rememberTuning(tuning, file, key)
  return { tuning, threads: threadsNow() }
}

/** Returns the thread counts of the next trainer and where they come from. */
export function threadsNow(env: NodeJS.ProcessEnv = process.env): Threads {
  const { length } = processor().allowed
  const own = { intraOp: length, interOp: length }
  const tuning = knownTuning(threadsFile(env))
  const asked = threadsOf(env)
  if (asked) return { ...asked, own, source: 'environment', tuning }
  if (tuning && !('problem' in tuning)) return { ...chosenThreads(tuning), own, source: 'measured', tuning }
  return { ...defaultThreads, own, source: 'own', tuning }
}
