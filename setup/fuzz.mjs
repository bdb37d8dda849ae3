import { join } from 'node:path'
import { node24, root } from './lib/paths.mjs'
import { become, entry } from './lib/program.mjs'
import { provide } from './provide/provide.mjs'

// stdout belongs to the campaign: it may be JSON.
await entry(async () => {
  await provide()
  await become(node24, [join(root, 'out/main/fuzz.js'), ...process.argv.slice(2)])
})
