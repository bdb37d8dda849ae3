/** Stores the measured thread counts of a machine next to the TensorFlow that they belong to. */
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { chosenThreads } from '../../analysis/machine/choices'
import { threadTuning, type ThreadCounts, type ThreadTuning } from '../../contract/system/tuning'
import { writeAtomicallySync } from '../../files/durable'
import { programRoot } from '../training/git'
import { processor, type Processor } from './processor'
import { readSetupState, type SetupState } from './setupState'

/** MCNN_THREADS_FILE lets tests use a file of their own. */
export function threadsFile(env: NodeJS.ProcessEnv = process.env): string {
  return env['MCNN_THREADS_FILE'] ?? path.join(programRoot, '.runtime', 'threads.json')
}

/**
 * Returns the key of a measurement: machines that share a folder have one each. Returns null before the setup has run.
 */
export function machineKey(cpu: Processor = processor(), state: SetupState | null = readSetupState()): string | null {
  if (!state) return null
  const { version, kind } = state.tensorflow
  return [
    cpu.model,
    cpu.flags,
    `${cpu.physical} cores, ${cpu.logical} of ${cpu.allowed.length} processors`,
    `TensorFlow ${version} ${kind}`,
  ].join(' / ')
}

/** Returns this machine's measurement; null if there is none. */
export function knownTuning(file: string = threadsFile(), key: string | null = machineKey()): ThreadTuning | null {
  if (key === null) return null
  return read(file).get(key) ?? null
}

/** Null: not measured. */
export function measuredThreads(file: string = threadsFile(), key: string | null = machineKey()): ThreadCounts | null {
  const known = knownTuning(file, key)
  return known && !('problem' in known) ? chosenThreads(known) : null
}

/** Returns the counts if this machine has as many processors; null if not: the run began on another machine. */
export function fittingThreads(threads: ThreadCounts, { allowed }: Processor = processor()): ThreadCounts | null {
  return (threads.intraOp ?? 1) <= allowed.length && (threads.interOp ?? 1) <= allowed.length ? threads : null
}

/** Stores a measurement atomically. Entries that cannot be parsed are dropped. */
export function rememberTuning(tuning: ThreadTuning, file: string, key: string): void {
  const all = read(file).set(key, tuning)
  mkdirSync(path.dirname(file), { recursive: true })
  writeAtomicallySync(file, `${JSON.stringify(Object.fromEntries(all), null, 1)}\n`)
}

function read(file: string): Map<string, ThreadTuning> {
  try {
    const entries = Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8'))))
    return new Map(
      entries.flatMap(([key, value]): [string, ThreadTuning][] => {
        const parsed = threadTuning.safeParse(value)
        return parsed.success ? [[key, parsed.data]] : []
      }),
    )
  } catch {
    return new Map()
  }
}
