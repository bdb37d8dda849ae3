import { join } from 'node:path'
import { node24, root } from './lib/paths.mjs'
import { become, entry } from './lib/program.mjs'
import { provide } from './provide/provide.mjs'

// The replay's standard output is its JSON summary.
await entry(async () => {
  await provide()
  await become(node24, [join(root, 'out/main/replay.js'), ...process.argv.slice(2)])
})
