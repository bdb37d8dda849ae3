/** Which process a run belongs to: several programs may work on one data directory. */
import { readFileSync } from 'node:fs'
import { isAlive as isProcess } from '../../files/alive'
import type { Owner } from '../../history/runs/runs'

export function thisProcess(): Owner {
  return { pid: process.pid, start: startOf(process.pid) ?? '' }
}

export function sameOwner(a: Owner, b: Owner): boolean {
  return a.pid === b.pid && a.start === b.start
}

/** Whether the process still runs: the same one, not a later one that was given its pid. */
export function isAlive(owner: Owner): boolean {
  const start = startOf(owner.pid)
  if (start !== null) return start === owner.start
  return process.platform !== 'linux' && isProcess(owner.pid)
}

/** Whether the system was started since the process began. */
export function isOfEarlierBoot(owner: Owner): boolean {
  return owner.start.split(':')[0] !== bootId()
}

/**
 * Boot and start time in clock ticks since then (proc(5), field 22); null where there is no such process or no /proc.
 */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces and parentheses itself.
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
