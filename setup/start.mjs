import { join } from 'node:path'
import { startOptions, usage } from './lib/arguments.mjs'
import { findDisplay } from './provide/display.mjs'
import { electronHere, fallbackNotice } from './provide/electron.mjs'
import { node24, root } from './lib/paths.mjs'
import { electronLaunch } from './lib/electronLaunch.mjs'
import { become, entry, runAttached } from './lib/program.mjs'
import { log, write } from './lib/progress.mjs'
import { provide } from './provide/provide.mjs'

await entry(async () => {
  // npm runs this in the clone's root, whatever the current folder was.
  const { device, dataDir, help } = startOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd())
  if (help) {
    write(`${usage}\n`, 1)
    return
  }
  const display = await findDisplay(process.env)
  const before = electronHere()
  await provide({ device, electron: display !== null, threads: true })

  if (display === null) {
    log('there is no display for a window: running the quick-start study in the terminal instead')
    await become(node24, [
      join(root, 'out/main/cli.js'),
      'study',
      'run',
      'quick-start',
      ...(dataDir === undefined ? [] : ['--data-dir', dataDir]),
    ])
    return
  }
  const here = electronHere()
  if (here === null) throw new Error('Electron was installed but is missing')
  if (here.fallback && before !== null) log(fallbackNotice())
  const { switches, env } = electronLaunch(display, dataDir)
  // Closing a terminal signals every process in its session: Chromium's processes would end at once, and the window
  // with them.
  process.exitCode = await runAttached(join(here.dist, 'electron'), [root, ...switches], env, { session: true })
})
