import { join } from 'node:path'
import { benchDevice } from './lib/arguments.mjs'
import { UsageError } from './lib/failures.mjs'
import { node24, root } from './lib/paths.mjs'
import { become, entry } from './lib/program.mjs'
import { provide } from './provide/provide.mjs'
import { chooseDevice } from './provide/tensorflow.mjs'

// stdout belongs to the benchmark: it may be JSON.
await entry(async () => {
  const args = process.argv.slice(2)
  const device = benchDevice(args)
  // The GPU build would also run on the CPU, but only after a download of 3.4 GB and without any use.
  if (device === 'gpu' && chooseDevice(undefined) !== 'gpu')
    throw new UsageError(
      '--device gpu needs an NVIDIA GPU, and no driver reports one: run it on a machine that has one, or use --device cpu.',
    )
  await provide({ device, threads: true })
  await become(node24, [join(root, 'out/main/bench.js'), ...args])
})
