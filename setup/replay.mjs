import { join } from 'node:path'
import { node24, root } from './paths.mjs'
import { become, entry } from './program.mjs'
import { provide } from './provide.mjs'

// The replay's standard output is its JSON summary.
await entry(async () => {
  await provide()
  await become(node24, [join(root, 'out/main/replay.js'), ...process.argv.slice(2)])
})
