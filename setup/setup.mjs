import { entry } from './program.mjs'
import { say } from './progress.mjs'
import { provide } from './provide.mjs'
import { findDisplay } from './display.mjs'

// Everything that `npm start` and `npm test` would provide, so that later calls need no network.
await entry(async () => {
  await provide({ electron: true, xvfb: (await findDisplay(process.env)) === null })
  say('everything is provided')
})
