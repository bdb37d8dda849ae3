/** What a child process gets of its parent's environment: what is named here and nothing else. Pure. */

import { gpuMath } from './gpuMath'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * What any of our processes needs to find programs, libraries, a home and words. Nothing that makes a runtime load
 * other code (LD_PRELOAD, NODE_OPTIONS, GIT_DIR, PYTHONPATH …) is in it, and no token of the person's.
 */
const places = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR']
const always = [...places, 'LD_LIBRARY_PATH']

/** What changes how TensorFlow computes or what it says. */
const tensorflow = [
  'TF_NUM_INTRAOP_THREADS',
  'TF_NUM_INTEROP_THREADS',
  'TF_ENABLE_ONEDNN_OPTS',
  'TF_CPP_MIN_LOG_LEVEL',
  ...Object.keys(gpuMath),
]

/** The way to a data set's site; only the service goes there. Its password, where it has one, is told nobody. */
const proxy = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']

const processes = {
  service: { names: [...always, 'XDG_DATA_HOME', ...tensorflow, ...proxy], prefixes: ['CUDA_', 'MCNN_'] },
  trainer: { names: [...always, 'TF_ENABLE_ONEDNN_OPTS', 'TF_CPP_MIN_LOG_LEVEL'], prefixes: ['CUDA_', 'MCNN_'] },
  git: { names: ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'TMPDIR', 'LD_LIBRARY_PATH'], prefixes: [] },
} as const satisfies Record<string, { names: readonly string[]; prefixes: readonly string[] }>

export type ChildProcessKind = keyof typeof processes

/** The part of `env` that a child of this kind may see. */
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
 * Of what a trainer gets: these change no bit of its results. Our own are among them: images in the graph give the
 * feeder's bits.
 */
const changesNoBit = (name: string): boolean =>
  places.includes(name) || name === 'TF_CPP_MIN_LOG_LEVEL' || name.startsWith('MCNN_')

/**
 * Recorded by meaning instead: numbers of threads (`Environment.threads`) and a GPU's arithmetic
 * (`Environment.gpuMath`).
 */
const recordedApart = ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', ...Object.keys(gpuMath)]

/**
 * Returns what a run records of its trainer's environment, sorted by name: everything that `environmentFor` passes to a
 * trainer, less what changes no bit or is recorded apart. A variable that is passed from now on is recorded without
 * another list.
 */
export function computingVariables(env: Variables): Record<string, string> {
  const passed = Object.entries(environmentFor('trainer', env)).filter(
    ([name]) => !changesNoBit(name) && !recordedApart.includes(name),
  )
  return Object.fromEntries(passed.sort(([a], [b]) => (a < b ? -1 : 1)))
}
