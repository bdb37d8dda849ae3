/** Profiles a step by operation: a TensorFlow in Python traces the graph that we run. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { fixed } from '../src-main/analysis/text/numbers'
import type { Table } from '../src-main/analysis/text/table'
import { WorkbenchError } from '../src-main/contract/errors'
import { trainerEnv } from '../src-main/service/training/trainerEnv'
import type { Work } from './protocol'

const run = promisify(execFile)

const stepProfile = z.strictObject({
  tensorflow: z.string(),
  device: z.string(),
  /** Milliseconds of a step without tracing: the minimum of several. */
  msStep: z.number(),
  /** From the first operation's start to the last one's end in the traced step: the fastest of several. */
  msTraced: z.number(),
  /**
   * Operations of that step, longest first: count and total milliseconds; parallel operations are counted separately.
   */
  ops: z.array(z.strictObject({ op: z.string(), count: z.int(), ms: z.number() })),
})
export type StepProfile = z.infer<typeof stepProfile>

/** @throws WorkbenchError unavailable */
export async function profile(
  work: Work,
  {
    worker,
    script,
    addon,
    python,
    env,
  }: { worker: string; script: string; addon: string; python: string; env: NodeJS.ProcessEnv },
): Promise<StepProfile> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mcnn-profile-'))
  try {
    await run(process.execPath, [worker, JSON.stringify(work), folder], { env: trainerEnv() }).catch(
      inWords('Our graph could not be exported'),
    )
    const { stdout } = await run(python, [script, folder, addon], { env, maxBuffer: 1 << 26 }).catch(
      inWords('Our graph could not be traced'),
    )
    return stepProfile.parse(JSON.parse(stdout.split('\n').findLast((line) => line.startsWith('{')) ?? 'null'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const inWords =
  (what: string) =>
  (error: unknown): never => {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new WorkbenchError('unavailable', `${what}: ${stderr.split('\n').at(-1) || String(error)}.`, { cause: error })
  }

/** Operations below this share are combined in one line. */
const smallShare = 0.005

export function profileTable(caption: string, { msStep, msTraced, device, tensorflow, ops }: StepProfile): Table {
  const sum = (of: StepProfile['ops'], key: 'ms' | 'count'): number => of.reduce((all, op) => all + op[key], 0)
  const whole = sum(ops, 'ms')
  const large = ops.filter(({ ms }) => ms >= smallShare * whole)
  const small = ops.filter(({ ms }) => ms < smallShare * whole)
  const rest =
    small.length === 0 ? [] : [{ op: `${small.length} others`, count: sum(small, 'count'), ms: sum(small, 'ms') }]
  return {
    caption,
    columns: [
      { title: 'Op', align: 'left' },
      { title: 'Count', align: 'right' },
      { title: 'ms', align: 'right' },
      { title: '%', align: 'right' },
    ],
    rows: [...large, ...rest].map(({ op, count, ms }) => [
      op,
      String(count),
      fixed(ms, 2),
      fixed((100 * ms) / whole, 1),
    ]),
    notes: [
      `Together ${fixed(whole, 1)} ms; a step takes ${fixed(msStep, 1)} ms, traced ${fixed(msTraced, 1)} ms, on ${device} by TensorFlow ${tensorflow}.`,
    ],
  }
}
