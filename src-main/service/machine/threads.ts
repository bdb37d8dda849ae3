/**
 * TensorFlow's thread counts as they were measured of this machine, remembered beside the TensorFlow they were measured
 * with.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { chosenThreads } from '../../analysis/machine/choices'
import { threadTuning, type ThreadCounts, type ThreadTuning } from '../../contract/system/tuning'
import { writeAtomicallySync } from '../../files/durable'
import { programRoot } from '../training/git'
import { processor, type Processor } from './processor'
import { readSetupState, type SetupState } from './setupState'

/** MCNN_THREADS_FILE is for tests: what they measure is nobody's. */
export function threadsFile(env: NodeJS.ProcessEnv = process.env): string {
  return env['MCNN_THREADS_FILE'] ?? path.join(programRoot, '.runtime', 'threads.json')
}

/**
 * What a measurement is of: a folder that several machines share holds one for each. Null before the setup has been
 * through.
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

/** This machine's measurement; null where there is none. */
export function knownTuning(file: string = threadsFile(), key: string | null = machineKey()): ThreadTuning | null {
  if (key === null) return null
  return read(file).get(key) ?? null
}

/** Null: not measured. */
export function measuredThreads(file: string = threadsFile(), key: string | null = machineKey()): ThreadCounts | null {
  const known = knownTuning(file, key)
  return known && !('problem' in known) ? chosenThreads(known) : null
}

/** Remembers it, whole or not at all; what can't be read of the file is lost with it. */
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
