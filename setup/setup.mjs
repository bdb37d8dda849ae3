import { startOptions, usage } from './lib/arguments.mjs'
import { findDisplay } from './provide/display.mjs'
import { UsageError } from './lib/failures.mjs'
import { entry } from './lib/program.mjs'
import { log, write } from './lib/progress.mjs'
import { provide } from './provide/provide.mjs'

// Everything that `npm start` and `npm test` would install, so that later calls need no network.
await entry(async () => {
  const { device, dataDir, help } = startOptions(process.argv.slice(2), process.cwd())
  if (dataDir !== undefined) throw new UsageError(`--data-dir is for npm start; ${usage}`)
  if (help) {
    write(`${usage}\n`, 1)
    return
  }
  await provide({ device, electron: true, threads: true, xvfb: (await findDisplay(process.env)) === null })
  log('everything is installed')
})
