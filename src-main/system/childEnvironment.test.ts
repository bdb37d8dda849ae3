import { describe, expect, it } from 'vitest'
import { computingVariables, environmentFor, type ChildProcessKind } from './childEnvironment'

const kinds: ChildProcessKind[] = ['service', 'trainer', 'git']

/** Each of these makes some runtime load code, or is a secret of the user. */
const hostile = [
  'LD_PRELOAD',
  'LD_AUDIT',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_EXTRA_CA_CERTS',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_CHANNEL_FD',
  'NODE_V8_COVERAGE',
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_OVERRIDE_DIST_PATH',
  'CHROME_DESKTOP',
  'GOOGLE_API_KEY',
  'PYTHONPATH',
  'PYTHONSTARTUP',
  'BASH_ENV',
  'ENV',
  'GIT_DIR',
  'GIT_SSH_COMMAND',
  'GIT_EXTERNAL_DIFF',
  'GIT_CONFIG_COUNT',
  'GIT_CONFIG_KEY_0',
  'GCONV_PATH',
  'TF_XLA_FLAGS',
  'GITHUB_TOKEN',
  'NPM_TOKEN',
  'AWS_SECRET_ACCESS_KEY',
  'npm_config__authToken',
  'SSH_AUTH_SOCK',
  'SECRET_TOKEN',
  'DATABASE_URL',
  'ALL_PROXY',
]

describe('environmentFor', () => {
  it.each(kinds)('passes no variable that loads code and no secret to a %s', (kind) => {
    expect(environmentFor(kind, Object.fromEntries(hostile.map((name) => [name, 'x'])))).toEqual({})
  })

  it.each(kinds)('lets a %s find programs and a home', (kind) => {
    expect(
      environmentFor(kind, { PATH: '/bin', HOME: '/h', TMPDIR: '/t', LD_LIBRARY_PATH: '/cuda', EMPTY: undefined }),
    ).toEqual({
      PATH: '/bin',
      HOME: '/h',
      TMPDIR: '/t',
      LD_LIBRARY_PATH: '/cuda',
    })
  })

  it('gives the service the locations of data and the settings of TensorFlow', () => {
    const env = {
      XDG_DATA_HOME: '/x',
      MCNN_DATA_DIR: '/d',
      CUDA_VISIBLE_DEVICES: '0',
      TF_NUM_INTRAOP_THREADS: '2',
      TF_NUM_INTEROP_THREADS: '1',
      TF_ENABLE_ONEDNN_OPTS: '0',
      LANG: 'C',
      TZ: 'UTC',
    }
    expect(environmentFor('service', env)).toEqual(env)
  })

  it('gives the proxy for downloads to the service only', () => {
    const env = { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://p:1', NO_PROXY: 'a', no_proxy: 'b' }
    expect(environmentFor('service', env)).toEqual(env)
    for (const kind of ['trainer', 'git'] as const) expect(environmentFor(kind, env)).toEqual({})
  })

  it('matches variable names exactly, and none from the prototype', () => {
    expect(environmentFor('git', { PATHX: 'x', XPATH: 'x', MCNN_DATA_DIR: '/d', path: 'x' })).toEqual({})
    expect(environmentFor('service', Object.create({ PATH: 'inherited' }) as Record<string, string>)).toEqual({})
    expect(
      environmentFor('trainer', JSON.parse('{"__proto__": "x", "constructor": "y"}') as Record<string, string>),
    ).toEqual({})
  })
})

describe('computingVariables', () => {
  it('records every variable of a trainer, except those that change no bit or are recorded separately', () => {
    const numbers = { TF_NUM_INTRAOP_THREADS: '2', NVIDIA_TF32_OVERRIDE: '1', MCNN_KERNEL_LEVEL: 'x86-64-v3' }
    const harmless = {
      PATH: '/bin',
      HOME: '/h',
      LANG: 'C',
      TZ: 'UTC',
      TMPDIR: '/t',
      TF_CPP_MIN_LOG_LEVEL: '2',
      MCNN_DATA_DIR: '/d',
      MCNN_RESIDENT: '0',
    }
    const recorded = { CUDA_VISIBLE_DEVICES: '1', LD_LIBRARY_PATH: '/cuda', TF_ENABLE_ONEDNN_OPTS: '0' }
    expect(computingVariables({ ...numbers, ...harmless, ...recorded, TF_XLA_FLAGS: 'never passed' })).toEqual(recorded)
    expect(Object.keys(environmentFor('trainer', { ...harmless, ...recorded })).sort()).toEqual(
      [...Object.keys(harmless), ...Object.keys(recorded)].sort(),
    )
  })
})
