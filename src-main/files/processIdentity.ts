/** Identifies processes across restarts of programs: which one owns a run, and which one trains it. */
import { readFileSync } from 'node:fs'
import { isAlive as isProcess } from './alive'

/** A process of this machine: a later one with the same pid has another start. */
export interface ProcessIdentity {
  pid: number
  /** Boot id and start time; empty if the system does not tell. */
  start: string
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, start: startOf(process.pid) ?? '' }
}

export function sameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.start === b.start
}

/** Returns whether the process still runs. A later process with the same pid does not count. */
export function isAlive(identity: ProcessIdentity): boolean {
  const start = startOf(identity.pid)
  if (start !== null) return start === identity.start
  return process.platform !== 'linux' && isProcess(identity.pid)
}

/** Returns whether the system was restarted after the process began. */
export function isOfEarlierBoot(identity: ProcessIdentity): boolean {
  return identity.start.split(':')[0] !== bootId()
}

/**
 * Returns the boot id and the start time in clock ticks since boot (proc(5), field 22). Returns null if there is no
 * such process or no /proc.
 */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, start] = [fields[0], fields[19]]
    if (state === 'Z' || state === 'X' || start === undefined) return null
    return `${bootId()}:${start}`
  } catch {
    return null
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}
