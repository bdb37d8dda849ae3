import { join } from 'node:path'
import { allOnPath } from './lib/command.mjs'
import { findDisplay } from './provide/display.mjs'
import { electronHere } from './provide/electron.mjs'
import { node24, root } from './lib/paths.mjs'
import { entry, runAttached } from './lib/program.mjs'
import { provide } from './provide/provide.mjs'

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
