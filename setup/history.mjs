import { join } from 'node:path'
import { node24, root } from './paths.mjs'
import { become, entry } from './program.mjs'
import { provide } from './provide.mjs'

// stdout belongs to the generator: it is a line of JSON.
await entry(async () => {
  await provide()
  await become(node24, [join(root, 'out/main/history.js'), ...process.argv.slice(2)])
})
