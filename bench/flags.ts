/** The flags of a program of ours that is not the product itself. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { expandHome } from '../setup/lib/home.mjs'
import { messageOf } from '../src-main/contract/errors'

type Options = NonNullable<ParseArgsConfig['options']>

/**
 * Returns what was given on the command line, with `~/` at the start of a value expanded: it is a path then. A flag that
 * is none ends the program with a sentence and how it is used.
 */
export function flagsOf<const T extends Options>(
  options: T,
  usage: string,
): ReturnType<typeof parseArgs<{ options: T }>>['values'] {
  try {
    return parseArgs({ args: process.argv.slice(2).map(expanded), options }).values
  } catch (thrown) {
    return wrongUse(`${messageOf(thrown)}\n`, usage)
  }
}

/** @param argument `--flag`, `--flag=value` or a value */
function expanded(argument: string): string {
  return argument.replace(
    /^(--[a-z-]+=)?(.*)$/s,
    (_, flag = '', value: string) => `${String(flag)}${expandHome(value)}`,
  )
}

export function wrongUse(why: string, usage: string): never {
  process.stderr.write(`${why}usage: ${usage}\n`)
  process.exit(2)
}
