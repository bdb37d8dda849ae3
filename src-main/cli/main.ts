/** The `mcnn` command: the service without a window. */
import { runCli } from './program'
import { flush, onBrokenPipe } from './output'
import { interrupt } from './interruption'

// The reader went away (`| head`): what trains is stopped as with Ctrl-C, and nothing is complained about.
onBrokenPipe(interrupt)

runCli(process.argv.slice(2))
  .then(async (code) => {
    // A pipe is written behind our back: ending before it is drained would cut a long document short.
    await flush()
    process.exit(code)
  })
  .catch((error: unknown) => {
    process.stderr.write(`mcnn: ${String(error)}\n`)
    process.exit(1)
  })
