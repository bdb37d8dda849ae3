/** Identifies the process that owns a run: several programs may work on one data directory. */
import { readFileSync } from 'node:fs'
import { isAlive as isProcess } from '../../files/alive'
import type { Owner } from '../../history/runs/runs'

export function thisProcess(): Owner {
  return { pid: process.pid, start: startOf(process.pid) ?? '' }
}

export function sameOwner(a: Owner, b: Owner): boolean {
  return a.pid === b.pid && a.start === b.start
}

/** Returns whether the process still runs. A later process with the same pid does not count. */
export function isAlive(owner: Owner): boolean {
  const start = startOf(owner.pid)
  if (start !== null) return start === owner.start
  return process.platform !== 'linux' && isProcess(owner.pid)
}

/** Returns whether the system was restarted after the process began. */
export function isOfEarlierBoot(owner: Owner): boolean {
  return owner.start.split(':')[0] !== bootId()
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
