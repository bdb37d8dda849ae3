/** The state of the code that trains, kept with every run. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { environmentFor } from '../../system/childEnvironment'
import type { Environment } from '../../contract/runs/environment'

const run = promisify(execFile)
const timeoutMs = 5000

/** The program's own folder, as built and as source: the nearest one above this file with a package.json. */
export const programRoot = nearestPackage(__dirname)

function nearestPackage(folder: string): string {
  const parent = path.dirname(folder)
  return existsSync(path.join(folder, 'package.json')) || parent === folder ? folder : nearestPackage(parent)
}

/** A function that asks git once; null where the program's folder is not a checkout's root, or git is missing. */
export function gitState(root: string = programRoot): () => Promise<Environment['git']> {
  let asked: Promise<Environment['git']> | undefined
  return () => (asked ??= ask(root).catch(() => null))
}

async function ask(root: string): Promise<Environment['git']> {
  const git = async (...args: string[]): Promise<string> => {
    // A look that is cut off must not leave a lock behind: no optional locks. Nor may it start what a checkout's config
    // names.
    const options = { timeout: timeoutMs, maxBuffer: 1 << 26, env: environmentFor('git', process.env) }
    const { stdout } = await run(
      'git',
      ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-C', root, ...args],
      options,
    )
    return stdout.trim()
  }
  // A folder inside somebody else's checkout is not that checkout.
  if ((await realpath(await git('rev-parse', '--show-toplevel'))) !== (await realpath(root))) return null
  return {
    commit: await git('rev-parse', 'HEAD'),
    dirty: (await git('status', '--porcelain', '--untracked-files=normal')) !== '',
  }
}
