import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

// A clone with a compiler that writes its arguments into its output.
let clone = ''
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'mcnn-addon-'))
  for (const folder of ['setup', 'src-main/graph/native']) cpSync(folder, join(clone, folder), { recursive: true })
  for (const name of ['@tensorflow/tfjs-node-gpu', 'node-api-headers']) write(`node_modules/${name}/package.json`, '{}')
})
afterEach(() => rmSync(clone, { recursive: true, force: true }))

function write(file: string, text: string): void {
  mkdirSync(dirname(join(clone, file)), { recursive: true })
  writeFileSync(join(clone, file), text)
}

/** @param fails arguments with which the compiler fails, as a pattern of the shell */
function provide(fails: string): { done: boolean; errors: string; compiled: string[] } {
  const calls = join(clone, 'calls')
  write(
    'bin/g++',
    `#!/bin/bash
for argument in "$@"; do case "$argument" in ${fails}) echo "error: bad $argument" >&2; exit 1 ;; esac; done
[ "$1" != "\${1#-march}" ] && exit
echo "$*" >> ${calls}
while [ "$1" != -o ]; do shift; done
echo "$*" > "$2"
`,
  )
  chmodSync(join(clone, 'bin/g++'), 0o755)
  rmSync(calls, { force: true })
  const script = `
    import { addon } from './setup/provide/addon.mjs'
    import { explain } from './setup/lib/failures.mjs'
    import { withLock } from './setup/provide/lock.mjs'
    await withLock(() => addon('cpu').provide()).catch((error) => console.error(explain(error, 'the log')))
    console.log(addon('cpu').isDone())`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: clone,
    env: { ...process.env, PATH: `${join(clone, 'bin')}:${process.env['PATH'] ?? ''}` },
    encoding: 'utf8',
  })
  return {
    done: stdout.trim() === 'true',
    errors: stderr,
    compiled: existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [],
  }
}

const binaries = 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8'
const installed = (): string[] => readdirSync(join(clone, binaries)).sort()
const all = ['x86-64-v2', 'x86-64-v3', 'x86-64-v4'].map((level) => `tfjs_binding-${level}.node`)

it('builds an addon per level, compiles for a level only its arithmetic, and repeats nothing', () => {
  write(`${binaries}/tfjs_binding.node`, 'the addon of an earlier version')
  const { done, errors, compiled } = provide('never')
  expect({ done, errors }).toEqual({
    done: true,
    errors: expect.stringMatching(/^setup: tfjs addon .*done in/ms) as string,
  })
  expect(installed()).toEqual(all)
  const withLevel = compiled.filter((call) => call.includes('-march='))
  const arithmetic = readdirSync('src-main/graph/native/compute').filter((file) => file.endsWith('.cc'))
  expect(withLevel).toHaveLength(3 * arithmetic.length)
  for (const call of withLevel) expect(call).toContain('-c src-main/graph/native/compute/')
  expect(new Set(compiled).size).toBe(compiled.length)

  rmSync(join(clone, 'node_modules/@tensorflow/tfjs-node-gpu/lib'), { recursive: true })
  expect(provide('never')).toEqual({ done: true, errors: '', compiled: [] })
  expect(installed()).toEqual(all)
})

it('builds the other levels if the compiler does not know one, and says so in one sentence', () => {
  const { done, errors } = provide('-march=x86-64-v4')
  expect(done).toBe(true)
  expect(errors.split('\n')[0]).toBe(
    'setup: g++ does not know x86-64-v4, so the setup builds kernels for x86-64-v2 and x86-64-v3 only: install g++ 11 or newer and delete .runtime/stamps/addon.json to build all levels.',
  )
  expect(installed()).toEqual(all.slice(0, 2))
})

it('builds kernels for this machine if the compiler knows no level', () => {
  const { done, errors, compiled } = provide('-march=x86-64-*')
  expect(done).toBe(true)
  expect(errors).toContain('so the setup builds kernels for this machine only')
  expect(installed()).toEqual(['tfjs_binding-native.node'])
  expect(compiled.filter((call) => call.includes('-march=native'))).not.toEqual([])
})

it('reports a failed compilation in one sentence and installs nothing', () => {
  const { done, errors } = provide('*normOps.cc')
  expect(done).toBe(false)
  expect(errors).toContain('the tfjs addon could not be compiled (error: bad src-main/graph/native/normOps.cc)')
  expect(existsSync(join(clone, binaries))).toBe(false)
  expect(readdirSync(join(clone, '.runtime')).filter((name) => /^(tmp|addon)-/.test(name))).toEqual([])
})
