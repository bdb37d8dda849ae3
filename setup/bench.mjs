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
  // Its build would run on the CPU as well, after 3.4 GB of download, and there is nothing to be learnt from that.
  if (device === 'gpu' && chooseDevice(undefined) !== 'gpu')
    throw new UsageError(
      '--device gpu needs an NVIDIA GPU, and no driver shows one here: run it where there is one; --device cpu times the processor.',
    )
  await provide({ device, threads: true })
  await become(node24, [join(root, 'out/main/bench.js'), ...args])
})
