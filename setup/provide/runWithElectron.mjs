import { allOnPath } from '../lib/command.mjs'
import { node24, root } from '../lib/paths.mjs'
import { runAttached } from '../lib/program.mjs'
import { findDisplay } from './display.mjs'
import { electronHere } from './electron.mjs'
import { provide } from './provide.mjs'

/**
 * Provides everything and runs a script that starts the window, under Xvfb if there is no display.
 * @param {string[]} args the script, relative to the repository's root, and its arguments
 * @returns {Promise<number>} its exit code
 */
export async function runWithElectron(args) {
  const display = await findDisplay(process.env)
  await provide({ electron: true, xvfb: display === null })
  process.chdir(root)
  const env = {
    ...process.env,
    MCNN_NODE: node24,
    MCNN_ELECTRON_DIST: electronHere()?.dist,
    ELECTRON_RUN_AS_NODE: undefined,
  }
  const [xvfbRun = 'xvfb-run'] = allOnPath('xvfb-run')
  return display === null
    ? runAttached(xvfbRun, ['-a', '-s', '-screen 0 1920x1200x24', node24, ...args], env)
    : runAttached(node24, args, env)
}
