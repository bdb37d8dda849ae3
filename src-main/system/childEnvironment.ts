/** Selects the environment variables of child processes: only the listed ones are passed on. Pure. */

import { kernelLimitVariable } from '../../setup/lib/kernelLevels.mjs'
import { gpuMath } from './gpuMath'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Variables that all our processes need to find programs, libraries, a home and a locale. Variables that load other
 * code into a runtime (LD_PRELOAD, NODE_OPTIONS, GIT_DIR, PYTHONPATH …) and secrets are not passed on.
 */
const places = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR']
const always = [...places, 'LD_LIBRARY_PATH']

/** Variables that change TensorFlow's computation or log. */
const tensorflow = [
  'TF_NUM_INTRAOP_THREADS',
  'TF_NUM_INTEROP_THREADS',
  'TF_ENABLE_ONEDNN_OPTS',
  'TF_CPP_MIN_LOG_LEVEL',
  ...Object.keys(gpuMath),
]

/** Proxy settings for downloads of data sets; only the service uses them. A password in them is never printed. */
const proxy = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']

const processes = {
  service: { names: [...always, 'XDG_DATA_HOME', ...tensorflow, ...proxy], prefixes: ['CUDA_', 'MCNN_'] },
  trainer: { names: [...always, 'TF_ENABLE_ONEDNN_OPTS', 'TF_CPP_MIN_LOG_LEVEL'], prefixes: ['CUDA_', 'MCNN_'] },
  git: { names: ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'TMPDIR', 'LD_LIBRARY_PATH'], prefixes: [] },
} as const satisfies Record<string, { names: readonly string[]; prefixes: readonly string[] }>

export type ChildProcessKind = keyof typeof processes

/** Returns the part of `env` that a child of this kind gets. */
export function environmentFor(kind: ChildProcessKind, env: Variables): Record<string, string> {
  const { names, prefixes }: { names: readonly string[]; prefixes: readonly string[] } = processes[kind]
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && (names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)))
        ? [[name, value]]
        : [],
    ),
  )
}

/**
 * Variables of a trainer that do not change its results. All of our own are among them but the limit of the kernels:
 * images in the graph have the same bits as those of the feeder.
 */
const changesNoBit = (name: string): boolean =>
  places.includes(name) || name === 'TF_CPP_MIN_LOG_LEVEL' || (name.startsWith('MCNN_') && name !== kernelLimitVariable)

/**
 * Variables that are recorded in another form: thread counts (`Environment.threads`), a GPU's arithmetic
 * (`Environment.gpuMath`) and the limit of the kernels (`Environment.kernels`).
 */
const recordedApart = ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', kernelLimitVariable, ...Object.keys(gpuMath)]

/**
 * Returns the recorded part of a trainer's environment, sorted by name: everything that `environmentFor` passes to a
 * trainer, except variables that do not change results or are recorded elsewhere. New variables are therefore recorded
 * automatically.
 */
export function computingVariables(env: Variables): Record<string, string> {
  const passed = Object.entries(environmentFor('trainer', env)).filter(
    ([name]) => !changesNoBit(name) && !recordedApart.includes(name),
  )
  return Object.fromEntries(passed.sort(([a], [b]) => (a < b ? -1 : 1)))
}
