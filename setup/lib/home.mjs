import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Replaces a leading `~/` by the home directory, as a shell does in `--flag ~/x` and does not in `--flag=~/x`. Call it
 * for every path that the user types.
 * @param {string} path
 * @returns {string}
 */
export function expandHome(path) {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
