/** The state of the code that trains, recorded with every run. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { environmentFor } from '../../system/childEnvironment'
import type { Environment } from '../../contract/runs/environment'

const run = promisify(execFile)
const timeoutMs = 5000

/** The program's own folder, built or as source: the nearest one above this file with a package.json. */
export const programRoot = nearestPackage(__dirname)

function nearestPackage(folder: string): string {
  const parent = path.dirname(folder)
  return existsSync(path.join(folder, 'package.json')) || parent === folder ? folder : nearestPackage(parent)
}

/**
 * Returns a function that queries git once; null if the program's folder is not the root of a checkout, or git is
 * missing.
 */
export function gitState(root: string = programRoot): () => Promise<Environment['git']> {
  let asked: Promise<Environment['git']> | undefined
  return () => (asked ??= ask(root).catch(() => null))
}

async function ask(root: string): Promise<Environment['git']> {
  const git = async (...args: string[]): Promise<string> => {
    // A query that is interrupted must not leave a lock: no optional locks. It must not start programs that the config
    // of a checkout names.
    const options = { timeout: timeoutMs, maxBuffer: 1 << 26, env: environmentFor('git', process.env) }
    const { stdout } = await run(
      'git',
      ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-C', root, ...args],
      options,
    )
    return stdout.trim()
  }
  // A folder inside another checkout does not belong to that checkout.
  if ((await realpath(await git('rev-parse', '--show-toplevel'))) !== (await realpath(root))) return null
  return {
    commit: await git('rev-parse', 'HEAD'),
    dirty: (await git('status', '--porcelain', '--untracked-files=normal')) !== '',
  }
}
