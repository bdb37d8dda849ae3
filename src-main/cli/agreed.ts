import { createInterface } from 'node:readline/promises'
import { WorkbenchError } from '../contract/errors'

/**
 * Asks at the terminal; the question goes to standard error, which a pipe does not take.
 * @param flag what says it beforehand
 * @throws WorkbenchError bad-input where nobody can be asked
 */
export async function agreed(question: string, flag: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new WorkbenchError('bad-input', `Nobody can be asked here: “${question}”`, { fix: `Say ${flag}.` })
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^\s*y(es)?\s*$/i.test(await asking.question(`${question} [y/N] `))
  } finally {
    asking.close()
  }
}
