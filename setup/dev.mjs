import { join } from 'node:path'
import { startOptions, usage } from './lib/arguments.mjs'
import { electronLaunch } from './lib/electronLaunch.mjs'
import { SetupError } from './lib/failures.mjs'
import { node24, root } from './lib/paths.mjs'
import { entry, runAttached } from './lib/program.mjs'
import { write } from './lib/progress.mjs'
import { findDisplay } from './provide/display.mjs'
import { electronHere } from './provide/electron.mjs'
import { provide } from './provide/provide.mjs'

// The built shell and service, with pages from a development server that replaces changed modules in the open window.
await entry(async () => {
  const { device, dataDir, help } = startOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd())
  if (help) {
    write(`${usage}\n`, 1)
    return
  }
  const display = await findDisplay(process.env)
  if (display === null) throw new SetupError('there is no display to open a window on: use xvfb-run, or npx mcnn.')
  await provide({ device, electron: true })
  const here = electronHere()
  if (here === null) throw new Error('Electron was installed but is missing')
  process.chdir(root)
  const { switches, env } = electronLaunch(display, dataDir)
  process.exitCode = await runAttached(
    node24,
    ['node_modules/electron-vite/bin/electron-vite.js', 'dev', '--rendererOnly', '--', ...switches],
    {
      ...env,
      ELECTRON_EXEC_PATH: join(here.dist, 'electron'),
      MCNN_DEV: '1',
      NODE_ENV: undefined,
      VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true',
    },
  )
})
