/**
 * Instruction levels for which the setup builds our kernels, ascending, with the flags of /proc/cpuinfo that each level
 * adds to the one below (x86-64 psABI, table 3.1; `pni` is SSE3, `abm` is LZCNT).
 * @type {Record<string, string[]>}
 */
const flags = {
  'x86-64-v2': ['cx16', 'lahf_lm', 'popcnt', 'pni', 'sse4_1', 'sse4_2', 'ssse3'],
  'x86-64-v3': ['abm', 'avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'movbe', 'xsave'],
  'x86-64-v4': ['avx512bw', 'avx512cd', 'avx512dq', 'avx512f', 'avx512vl'],
}

export const kernelLevels = Object.keys(flags)

/** Environment variable that limits the level: one of `kernelLevels`. */
export const kernelLimitVariable = 'MCNN_KERNEL_LEVEL'

/**
 * Kernels for exactly the machine that compiled them, if no level fits: the compiler knows none, the machine is no
 * x86-64, or a virtual machine hides instructions.
 */
export const nativeLevel = 'native'

/**
 * Returns why the environment's limit is none, and what to do; null if it is a level or unset.
 * @param {Record<string, string | undefined>} env
 * @returns {{ message: string, fix: string } | null}
 */
export function limitProblem(env) {
  const limit = env[kernelLimitVariable]
  if (!limit || kernelLevels.includes(limit)) return null
  return {
    message: `${kernelLimitVariable} is ${limit}, which is not a level of the kernels.`,
    fix: `Set it to ${kernelLevels.join(', ')}, or unset it.`,
  }
}

/** @param {string} level @returns {string} file name of the addon with the kernels of this level */
export const addonName = (level) => `tfjs_binding-${level}.node`

/**
 * Returns the levels that all processors of a machine support, ascending.
 * @param {string} cpuinfo the text of /proc/cpuinfo
 * @returns {string[]}
 */
export function supportedLevels(cpuinfo) {
  const processors = [...cpuinfo.matchAll(/^flags\s*:(.*)$/gm)].map(
    ([, list = '']) => new Set(list.trim().split(/\s+/)),
  )
  if (processors.length === 0) return []
  const missing = kernelLevels.findIndex((level) =>
    flags[level]?.some((flag) => processors.some((supported) => !supported.has(flag))),
  )
  return missing === -1 ? kernelLevels : kernelLevels.slice(0, missing)
}

/**
 * Returns the highest level that is built, supported and not above the limit; else `native` if that is built; else null.
 * @param {{ cpuinfo: string, built: readonly string[], limit?: string | undefined }} machine limit: one of
 *   `kernelLevels`; it does not apply to native kernels
 * @returns {string | null}
 */
export function chooseLevel({ cpuinfo, built, limit }) {
  const allowed = limit === undefined ? kernelLevels : kernelLevels.slice(0, kernelLevels.indexOf(limit) + 1)
  const usable = supportedLevels(cpuinfo).filter((level) => allowed.includes(level) && built.includes(level))
  return usable.at(-1) ?? (built.includes(nativeLevel) ? nativeLevel : null)
}
