import { startOptions, usage } from './arguments.mjs'
import { findDisplay } from './display.mjs'
import { UsageError } from './failures.mjs'
import { entry } from './program.mjs'
import { say, write } from './progress.mjs'
import { provide } from './provide.mjs'

// Everything that `npm start` and `npm test` would provide, so that later calls need no network.
await entry(async () => {
  const { device, dataDir, help } = startOptions(process.argv.slice(2), process.cwd())
  if (dataDir !== undefined) throw new UsageError(`--data-dir is for npm start; ${usage}`)
  if (help) {
    write(`${usage}\n`, 1)
    return
  }
  await provide({ device, electron: true, threads: true, xvfb: (await findDisplay(process.env)) === null })
  say('everything is provided')
})
