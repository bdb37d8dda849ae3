import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { row } from './measures'

/** As it is built: the test command builds it first. */
const entry = path.resolve('out/main/bench.js')
const bench = (...args: string[]) => spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' })

describe('benchmark', () => {
  it('times each kind of our contenders, and continues without an absent peer', () => {
    const only = 'stock-eager,epoch/bfloat16,step/float32/baseline,step/bfloat16/mcnn-a,tensorflow/float32'
    const { status, stdout, stderr } = bench(
      '--json',
      '--depth',
      '8',
      '--batch',
      '8',
      '--rounds',
      '2',
      '--steps',
      '1',
      '--only',
      only,
      '--peers',
      './no-python',
    )
    expect(stderr).toMatch(/tensorflow\/float32\/baseline is excluded: .*no-python could not be started/)
    expect(status).toBe(0)
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => row.parse(JSON.parse(line)))
    expect(rows.map(({ name, precision, variant, depth, batch }) => [name, precision, variant, depth, batch])).toEqual([
      ['stock-eager', 'float32', 'baseline', 8, 8],
      ['step', 'float32', 'baseline', 8, 8],
      ['step', 'bfloat16', 'mcnn-a', 8, 8],
      ['epoch', 'bfloat16', 'baseline', 8, 8],
    ])
    for (const { msMin, msMedian, imagesPerSecond } of rows) {
      expect(msMin).toBeGreaterThan(0)
      expect(msMedian).toBeGreaterThanOrEqual(msMin)
      // Both are rounded.
      expect(imagesPerSecond / (8000 / msMedian)).toBeCloseTo(1, 1)
    }
    expect(stderr).toMatch(/float32 step \/ stock tfjs-node +cpu /)
  })

  const withoutGpu = it.skipIf(existsSync('/proc/driver/nvidia/version'))
  withoutGpu.each([
    ['before anything is provided', 'setup/bench.mjs', /needs an NVIDIA GPU, and no driver reports one/],
    ['as it is built', entry, /TensorFlow finds no GPU on this machine/],
  ])('says %s that there is no GPU to time, with exit code 2', (_when, program, sentence) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--device', 'gpu', '--rounds', '1'], {
      encoding: 'utf8',
    })
    expect(stderr).toMatch(sentence)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })

  it('rejects wrong arguments with one sentence and exit code 2', () => {
    const { status, stdout, stderr } = bench('--depth', '31')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('--depth must be one of 8, 14,')
  })
})
