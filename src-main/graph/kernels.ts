/** Chooses the addon with the kernels for this processor: the setup builds one per instruction level. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { WorkbenchError } from '../contract/errors'
import {
  addonName,
  chooseLevel,
  kernelLevels,
  kernelLimitVariable,
  limitProblem,
  nativeLevel,
  supportedLevels,
} from '../../setup/lib/kernelLevels.mjs'

export interface KernelAddon {
  /** Instruction level of the kernels, such as 'x86-64-v4'. */
  level: string
  file: string
}

const fix = 'Run `npm run setup`: it installs the runtime and builds the addon.'

/**
 * @param folder where the setup puts the addons
 * @param cpuinfo the text of /proc/cpuinfo
 * @param limit highest level to use
 * @throws WorkbenchError unavailable if no built level fits
 */
export function kernelAddonIn(folder: string, cpuinfo: string, limit: string | undefined): KernelAddon {
  const names = existsSync(folder) ? readdirSync(folder) : []
  const built = [...kernelLevels, nativeLevel].filter((level) => names.includes(addonName(level)))
  const level = chooseLevel({ cpuinfo, built, limit })
  if (level === null) {
    const supported = supportedLevels(cpuinfo).at(-1) ?? `none of ${kernelLevels.join(', ')}`
    const limited = limit === undefined ? '' : `, ${kernelLimitVariable} allows ${limit}`
    throw new WorkbenchError(
      'unavailable',
      built.length === 0
        ? 'The kernels are not built.'
        : `No built kernels fit: built are ${built.join(', ')}, this processor supports ${supported}${limited}.`,
      { fix },
    )
  }
  return { level, file: path.join(folder, addonName(level)) }
}

/**
 * The same for this program, this machine and the environment's limit.
 * @throws WorkbenchError bad-input if the limit is not a level
 */
export function kernelAddon(): KernelAddon {
  const problem = limitProblem(process.env)
  if (problem) throw new WorkbenchError('bad-input', problem.message, { fix: problem.fix })
  const tfjs = createRequire(__filename).resolve('@tensorflow/tfjs-node-gpu/package.json')
  const folder = path.join(path.dirname(tfjs), 'lib/napi-v8')
  return kernelAddonIn(folder, textOf('/proc/cpuinfo'), process.env[kernelLimitVariable] || undefined)
}

/** Returns an empty text if there is no such file. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
