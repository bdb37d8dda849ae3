import { codeOf } from '../contract/errors'

/** Returns whether a process with this pid exists on this machine, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    // A process of another user cannot be signalled, but it exists.
    return codeOf(thrown) !== 'ESRCH'
  }
}
