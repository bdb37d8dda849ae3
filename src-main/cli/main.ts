/** The `mcnn` command: the service without a window. */
import { beginProgram } from '../system/program'
import { flush, noteStreamError, outputProblem, log } from './output/output'
import { runCli } from './program'

beginProgram(noteStreamError)

runCli(process.argv.slice(2))
  .then(async (code) => {
    // Node writes to a pipe in the background: an earlier exit would truncate a long document.
    await flush()
    const problem = outputProblem()
    if (problem !== null) log(`mcnn: ${problem}`)
    await flush()
    process.exit(problem === null ? code : code || 1)
  })
  .catch((error: unknown) => {
    log(`mcnn: ${String(error)}`)
    process.exit(1)
  })
