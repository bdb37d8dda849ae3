import { resolve } from 'node:path'
import { SetupError } from './failures.mjs'

export const usage = 'usage: npm start -- [--device cpu|gpu] [--data-dir DIR]'

/**
 * The options of `npm start`.
 * @param {string[]} args
 * @param {string} folder what a relative DIR is relative to
 * @returns {{ device: string | undefined, dataDir: string | undefined, help: boolean }}
 * @throws {SetupError} with a sentence for anything else
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
    if (name !== '--device' && name !== '--data-dir') throw new SetupError(`${name} is not known; ${usage}`)
    const value = rest.shift()
    if (value === undefined || value === '') throw new SetupError(`${name} needs a value; ${usage}`)
    if (name === '--data-dir') options.dataDir = resolve(folder, value)
    else if (value === 'cpu' || value === 'gpu') options.device = value
    else throw new SetupError(`--device must be cpu or gpu, not ${value}; ${usage}`)
  }
  return options
}
