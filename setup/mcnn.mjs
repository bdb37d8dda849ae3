#!/usr/bin/env node
import { join } from 'node:path'
import { node24, root } from './lib/paths.mjs'
import { become, entry } from './lib/program.mjs'
import { provide } from './provide/provide.mjs'

// stdout belongs to the command: it may be JSON.
await entry(async () => {
  const args = process.argv.slice(2)
  // Commands that measure themselves, or that only print something, do not wait for a measurement.
  await provide({ threads: args.some((arg) => arg === 'train' || arg === 'study') })
  await become(node24, [join(root, 'out/main/cli.js'), ...args])
})
