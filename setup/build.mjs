import { entry } from './lib/program.mjs'
import { log } from './lib/progress.mjs'
import { provide } from './provide/provide.mjs'

// As `npx mcnn` does before its command: installs what is missing, and builds what has changed.
await entry(async () => {
  await provide()
  log('the program is built')
})
