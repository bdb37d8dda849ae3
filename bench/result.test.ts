import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { machineNameOf, result, shownIn, withResult, type Result } from './result'

const results = path.resolve('bench/results')
const read = (name: string): Result =>
  result.parse(JSON.parse(readFileSync(path.join(results, `${name}.json`), 'utf8')))
const page = readFileSync('bench/README.md', 'utf8')

const sample: Result = {
  machine: { name: 'small', cpu: 'Some CPU', cores: 2, memoryGiB: 24 },
  date: '2026-01-31',
  versions: {
    program: '1.0.0',
    commit: null,
    node: '24.0.0',
    tfjs: '4.0.0',
    tensorflow: '2.0.0',
    peerTensorflow: '2.1.0',
    peerPytorch: null,
  },
  device: 'cpu',
  rounds: 5,
  steps: 4,
  rows: [
    {
      name: 'step',
      precision: 'float32',
      variant: 'mcnn-a',
      depth: 32,
      batch: 128,
      msMin: 300.04,
      msMedian: 310.5,
      imagesPerSecond: 412.2,
    },
  ],
  ratios: [
    {
      name: 'float32 mcnn-a / baseline',
      of: 'step/float32/mcnn-a',
      to: 'step/float32/baseline',
      device: 'cpu',
      median: 1.043,
      min: 1.02,
      atMost: 1,
      aim: 0.8,
    },
  ],
}

describe('bench/README.md', () => {
  it('shows exactly what the stored results contain', () => {
    const shown = shownIn(page)
    expect(shown).not.toBeNull()
    expect(withResult(page, read(shown ?? ''))).toBe(page)
  })
})

describe('results', () => {
  // Campaigns lie beside the timings, with tests of their own.
  it.each(readdirSync(results).filter((file) => file.endsWith('.json')))(
    '%s is named after its machine and contains no path',
    (file) => {
      const kept = read(file.replace('.json', ''))
      expect(`${kept.machine.name}.json`).toBe(file)
      expect(JSON.stringify(kept)).not.toMatch(/\/(home|root|work|usr|tmp)\//)
    },
  )
})

describe('withResult', () => {
  it('replaces only the text between the marks', () => {
    const before = 'Before\n<!-- bench old: drawn -->\nold\n<!-- /bench -->\nAfter\n'
    const after = withResult(before, sample)
    expect(after).toMatch(/^Before\n<!-- bench small: drawn by `npm run bench -- --readme small` -->\n/)
    expect(after).toMatch(/\n<!-- \/bench -->\nAfter\n$/)
    expect(after).not.toContain('old')
    expect(after).toContain('| MCNN Workbench, recorded step | float32 | mcnn-a | 300.0 | 310.5 | 412 |')
    expect(after).toContain('| float32 mcnn-a / baseline | cpu | 1.043 | 1.020 | 1.00 | 0.80 | missed by 0.043 |')
    expect(after).toContain(
      '2026-01-31, Some CPU, 2 cores; MCNN Workbench 1.0.0, TensorFlow 2.0.0, tfjs-node 4.0.0, Node 24.0.0, Python TensorFlow 2.1.0; 5 rounds of 4 steps each.',
    )
    expect(withResult(after, sample)).toBe(after)
  })

  it('names the marks that the page lacks', () =>
    expect(() => withResult('nothing\n', sample)).toThrow(/has no place for the tables: put a line '<!-- bench small/))
})

describe('machine without a name', () => {
  it('is named after its device', () => {
    expect(machineNameOf('NVIDIA H100 80GB HBM3')).toBe('nvidia-h100-80gb-hbm3')
    expect(machineNameOf('(?)')).toBe('gpu')
  })
})
