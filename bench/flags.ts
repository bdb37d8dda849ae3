/** Parses the flags of development programs. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { expandHome } from '../setup/lib/home.mjs'
import { messageOf } from '../src-main/contract/errors'

type Options = NonNullable<ParseArgsConfig['options']>

/**
 * Returns the command line's values; a leading `~/` in a value is expanded, because it is a path. An unknown flag ends
 * the program with a message and the usage.
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
