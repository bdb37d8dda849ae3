import { createInterface } from 'node:readline/promises'
import { WorkbenchError } from '../contract/errors'

/**
 * Asks a yes/no question at the terminal, on standard error so that a pipe does not receive it.
 * @param flag the flag that gives the answer in advance
 * @throws WorkbenchError bad-input if there is no terminal
 */
export async function agreed(question: string, flag: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new WorkbenchError('bad-input', `There is no terminal to ask: “${question}”`, { fix: `Add ${flag}.` })
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^\s*y(es)?\s*$/i.test(await asking.question(`${question} [y/N] `))
  } finally {
    asking.close()
  }
}
