import { entry } from './lib/program.mjs'
import { runWithElectron } from './provide/runWithElectron.mjs'

// Trains a short study and writes the pictures of the documentation.
await entry(async () => {
  process.exitCode = await runWithElectron([
    'node_modules/playwright/cli.js',
    'test',
    '-c',
    'e2e/pictures.config.ts',
    '--reporter=list',
  ])
})
