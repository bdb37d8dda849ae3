/** Reads from Linux which processors this process may use. */
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { shortSha256Of } from '../../files/sha256'
import { processorsIn } from '../../system/processors'

export interface Processor {
  model: string
  /** A hash of the supported instructions. */
  flags: string
  /** Ids of the logical processors that this process may use; TensorFlow's default is one thread for each. */
  allowed: number[]
  /** Processors that a container's quota allows. */
  logical: number
  /** Physical cores of these processors, at most `logical`. */
  physical: number
}

/** Cached: it does not change while the program runs. */
let asked: Processor | null = null

export function processor(): Processor {
  asked ??= processorIn(textOf('/proc/cpuinfo'), textOf('/proc/self/status'), os.availableParallelism())
  return asked
}

/**
 * @param cpuinfo the text of /proc/cpuinfo
 * @param status the text of /proc/self/status
 * @param logical processors that may be used at a time
 */
export function processorIn(cpuinfo: string, status: string, logical: number): Processor {
  const all = cpuinfo
    .split(/\n\s*\n/)
    .map(
      (part) =>
        new Map(
          part
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]),
        ),
    )
    .filter((fields) => fields.has('processor'))
  const numbers = all.map((fields) => Number(fields.get('processor')))
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1]
  const permitted = list === undefined ? null : new Set(processorsIn(list))
  const found = numbers.filter((n) => permitted === null || permitted.has(n))
  const allowed = found.length > 0 ? found : Array.from({ length: logical }, (_, n) => n)
  const used = all.filter((fields) => allowed.includes(Number(fields.get('processor'))))
  // Some virtual machines report no cores: each processor counts as one core then.
  const cores = new Set(
    used.map((fields) =>
      fields.has('core id')
        ? `${fields.get('physical id') ?? '0'}/${fields.get('core id')}`
        : `processor ${fields.get('processor')}`,
    ),
  )
  const [first] = all
  return {
    model: first?.get('model name') ?? 'unknown',
    flags: shortSha256Of(first?.get('flags') ?? ''),
    allowed,
    logical: Math.min(logical, allowed.length),
    physical: Math.min(cores.size || logical, logical),
  }
}

/**
 * Returns the share of time, 0 to 1, that the processors were busy between two readings; null if it is unknown.
 * @param before the text of /proc/stat
 * @param after the same some time later
 */
export function busyShare(before: string, after: string, allowed: readonly number[]): number | null {
  const [b, a] = [timesIn(before, allowed), timesIn(after, allowed)]
  const all = a.all - b.all
  return all > 0 ? 1 - (a.idle - b.idle) / all : null
}

/** Ticks since boot, summed over processors. */
function timesIn(stat: string, allowed: readonly number[]): { all: number; idle: number } {
  const sum = { all: 0, idle: 0 }
  for (const [, n, values = ''] of stat.matchAll(/^cpu(\d+) (.*)$/gm)) {
    if (!allowed.includes(Number(n))) continue
    // User, nice, system, idle, I/O wait, interrupts, soft interrupts, steal. User already includes guests.
    const ticks = values.trim().split(/\s+/).slice(0, 8).map(Number)
    sum.all += ticks.reduce((total, value) => total + value, 0)
    sum.idle += (ticks[3] ?? 0) + (ticks[4] ?? 0)
  }
  return sum
}

/** Returns an empty text if there is no such file. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
