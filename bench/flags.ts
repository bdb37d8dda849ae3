/** The flags of a program of ours that is not the product itself. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { messageOf } from '../src-main/contract/errors'

type Options = NonNullable<ParseArgsConfig['options']>

/** What was given on the command line; a flag that is none ends the program with a sentence and how it is used. */
export function flagsOf<const T extends Options>(
  options: T,
  usage: string,
): ReturnType<typeof parseArgs<{ options: T }>>['values'] {
  try {
    return parseArgs({ options }).values
  } catch (thrown) {
    return wrongUse(`${messageOf(thrown)}\n`, usage)
  }
}

export function wrongUse(why: string, usage: string): never {
  process.stderr.write(`${why}usage: ${usage}\n`)
  process.exit(2)
}
