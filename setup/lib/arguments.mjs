import { resolve } from 'node:path'
import { UsageError } from './failures.mjs'
import { expandHome } from './home.mjs'

export const usage =
  'usage: npm start -- [--device cpu|gpu] [--data-dir DIR], also npm run dev; npm run setup -- [--device cpu|gpu]'

/**
 * Parses the options of `npm start` and, without the data directory, of `npm run setup`.
 * @param {string[]} args
 * @param {string} folder what a relative DIR is relative to
 * @returns {{ device: string | undefined, dataDir: string | undefined, help: boolean }}
 * @throws {UsageError} with a sentence for anything else
 */
export function startOptions(args, folder) {
  /** @type {{ device: string | undefined, dataDir: string | undefined, help: boolean }} */
  const options = { device: undefined, dataDir: undefined, help: false }
  const rest = args.flatMap((argument) => {
    const [, name, value] = /^(--[a-z-]+)=(.*)$/s.exec(argument) ?? []
    return name !== undefined && value !== undefined ? [name, value] : [argument]
  })
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === '--help' || name === '-h') {
      options.help = true
      continue
    }
    if (name !== '--device' && name !== '--data-dir') throw new UsageError(`${name} is not known; ${usage}`)
    const value = rest.shift()
    if (value === undefined || value === '') throw new UsageError(`${name} needs a value; ${usage}`)
    if (name === '--data-dir') options.dataDir = resolve(folder, expandHome(value))
    else if (value === 'cpu' || value === 'gpu') options.device = value
    else throw new UsageError(`--device must be cpu or gpu, not ${value}; ${usage}`)
  }
  return options
}

/**
 * Returns the requested device of `npm run bench`, which parses its other options itself.
 * @param {string[]} args
 * @returns {string | undefined}
 * @throws {UsageError}
 */
export function benchDevice(args) {
  const at = args.findLastIndex((argument) => argument === '--device' || argument.startsWith('--device='))
  if (at < 0) return undefined
  const device = args[at] === '--device' ? args[at + 1] : args[at]?.slice('--device='.length)
  if (device !== 'cpu' && device !== 'gpu')
    throw new UsageError(`--device must be cpu or gpu, not ${device || 'nothing'}.`)
  return device
}
