import { entry } from './lib/program.mjs'
import { runWithElectron } from './provide/runWithElectron.mjs'

// stdout belongs to the benchmark: it is JSON.
await entry(async () => {
  process.exitCode = await runWithElectron(['out/main/bench-ui.js', ...process.argv.slice(2)])
})
