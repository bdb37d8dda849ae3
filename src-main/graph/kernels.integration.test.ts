/** Inspects the built addons with their compiler's tools, and checks which one a real trainer loads. */
import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { deviceProbe } from '../contract/trainer/messages'
import { kernelLevels, supportedLevels } from '../../setup/lib/kernelLevels.mjs'
import { kernelAddon } from './kernels'

const built = (level: string): string => path.join(path.dirname(kernelAddon().file), `tfjs_binding-${level}.node`)
const output = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
const supported = supportedLevels(readFileSync('/proc/cpuinfo', 'utf8'))

describe.each(kernelLevels)('the addon for %s', (level) => {
  it('needs no libstdc++ newer than that of RHEL 8', () => {
    const symbols = output('objdump', '-T', built(level))
    expect(symbols).toContain('TF_NewTensor')
    expect(symbols).not.toContain('__throw_bad_array_new_length')
    // Later compilers than g++ 12 call further new functions of libstdc++.
    const compiler = Number(/GCC: \([^)]*\) (\d+)/.exec(output('readelf', '-p', '.comment', built(level)))?.[1])
    const versions = [...symbols.matchAll(/GLIBCXX_3\.4\.(\d+)/g)].map(([, minor]) => Number(minor))
    expect(Math.max(...versions)).toBeLessThanOrEqual(compiler <= 12 ? 21 : 31)
  })

  it('uses the registers of its level and no wider ones', () => {
    const code = output('objdump', '-d', '--no-show-raw-insn', built(level))
    const widths = ['xmm', 'ymm', 'zmm'].filter((register) => code.includes(`%${register}`))
    expect(widths).toEqual(['xmm', 'ymm', 'zmm'].slice(0, kernelLevels.indexOf(level) + 1))
  })
})

describe('a trainer', () => {
  const probe = (limit = ''): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [path.resolve('out/main/trainer.js'), '--probe'], {
      env: { ...process.env, MCNN_KERNEL_LEVEL: limit },
      encoding: 'utf8',
    })

  it('takes the highest level that the processor supports', () => {
    expect(deviceProbe.parse(JSON.parse(probe().stdout)).kernels).toBe(supported.at(-1))
  })

  it.each(supported)('loads the kernels of %s if the environment limits it to them', (level) => {
    expect(deviceProbe.parse(JSON.parse(probe(level).stdout)).kernels).toBe(level)
  })

  it('rejects a limit that is not a level, in one sentence', () => {
    const { status, stderr } = probe('avx2')
    expect(status).toBe(1)
    expect(stderr.split('\n')[0]).toBe('MCNN_KERNEL_LEVEL is avx2, which is not a level of the kernels.')
  })
})
