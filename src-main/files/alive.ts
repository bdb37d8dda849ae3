import { codeOf } from '../contract/errors'

/** Whether there is a process of this pid on this machine, anybody's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    // Another person's process may not be signalled, but is there.
    return codeOf(thrown) !== 'ESRCH'
  }
}
