import { join } from 'node:path'
import { onNode24 } from './lib/command.mjs'
import { node24, root } from './lib/paths.mjs'
import { entry, runAttached } from './lib/program.mjs'
import { provide } from './provide/provide.mjs'

// The tests that compare generated pages write them with --update.
await entry(async () => {
  await provide()
  process.chdir(root)
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  process.exitCode = await runAttached(
    node24,
    [
      vitest,
      'run',
      '--project',
      'unit',
      'docs/tests/generated.test.ts',
      'docs/tests/dependencyGraph.test.ts',
      '--update',
    ],
    { ...process.env, ...onNode24(), NODE_ENV: undefined, VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' },
  )
})
