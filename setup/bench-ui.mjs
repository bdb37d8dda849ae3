import { join } from 'node:path'
import { allOnPath } from './command.mjs'
import { findDisplay } from './display.mjs'
import { electronHere } from './electron.mjs'
import { node24, root } from './paths.mjs'
import { entry, runAttached } from './program.mjs'
import { provide } from './provide.mjs'

// stdout belongs to the benchmark: it is JSON.
await entry(async () => {
  const display = await findDisplay(process.env)
  await provide({ electron: true, xvfb: display === null })
  process.chdir(root)
  const env = {
    ...process.env,
    MCNN_NODE: node24,
    MCNN_ELECTRON_DIST: electronHere()?.dist,
    ELECTRON_RUN_AS_NODE: undefined,
  }
  const program = [node24, join(root, 'out/main/bench-ui.js'), ...process.argv.slice(2)]
  const [xvfbRun = 'xvfb-run'] = allOnPath('xvfb-run')
  const [command = node24, ...args] =
    display === null ? [xvfbRun, '-a', '-s', '-screen 0 1920x1200x24', ...program] : program
  process.exitCode = await runAttached(command, args, env)
})
