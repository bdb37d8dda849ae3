import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { kernelAddonIn } from './kernels'

const v2 = 'flags\t\t: cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3\n'
const v3 = v2.replace('\n', ' abm avx avx2 bmi1 bmi2 f16c fma movbe xsave\n')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-kernels-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const build = (...levels: string[]): void =>
  levels.forEach((level) => writeFileSync(path.join(folder, `tfjs_binding-${level}.node`), ''))

it('returns the addon of the highest level that fits', () => {
  build('x86-64-v2', 'x86-64-v3', 'x86-64-v4')
  expect(kernelAddonIn(folder, v3, undefined)).toEqual({
    level: 'x86-64-v3',
    file: path.join(folder, 'tfjs_binding-x86-64-v3.node'),
  })
  expect(kernelAddonIn(folder, v3, 'x86-64-v2').level).toBe('x86-64-v2')
})

it('reports what is built and what the processor supports if nothing fits', () => {
  expect(() => kernelAddonIn(folder, v3, undefined)).toThrow('The kernels are not built.')
  expect(() => kernelAddonIn(path.join(folder, 'missing'), v3, undefined)).toThrow('The kernels are not built.')
  build('x86-64-v3', 'x86-64-v4')
  expect(() => kernelAddonIn(folder, v2, undefined)).toThrow(
    'No built kernels fit: built are x86-64-v3, x86-64-v4, this processor supports x86-64-v2.',
  )
  expect(() => kernelAddonIn(folder, v3, 'x86-64-v2')).toThrow(
    'this processor supports x86-64-v3, MCNN_KERNEL_LEVEL allows x86-64-v2.',
  )
  expect(() => kernelAddonIn(folder, 'flags : fpu\n', undefined)).toThrow(
    'this processor supports none of x86-64-v2, x86-64-v3, x86-64-v4.',
  )
})
