import { join } from 'node:path'
import { benchDevice } from './arguments.mjs'
import { node24, root } from './paths.mjs'
import { become, entry } from './program.mjs'
import { provide } from './provide.mjs'

// stdout belongs to the benchmark: it may be JSON.
await entry(async () => {
  const args = process.argv.slice(2)
  await provide({ device: benchDevice(args), threads: true })
  await become(node24, [join(root, 'out/main/bench.js'), ...args])
})
