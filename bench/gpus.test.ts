import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { gpusOf, parseResults, withGpus } from './gpus'

const results = path.resolve('bench/results')
const texts = readdirSync(results)
  .filter((file) => file.endsWith('.json'))
  .map((file) => readFileSync(path.join(results, file), 'utf8'))
const gpus = gpusOf(parseResults(texts))

describe('README', () => {
  it('states about GPUs exactly what the stored results state', () => {
    const readme = readFileSync('README.md', 'utf8')
    expect(withGpus(readme, gpus)).toBe(readme)
    expect(readme.includes('not yet run on a GPU')).toBe(gpus.length === 0)
  })

  it('changes with the first result of a GPU', () => {
    const before = withGpus(readFileSync('README.md', 'utf8'), [])
    const after = withGpus(before, gpusOf([{ device: 'cpu' }, { device: 'NVIDIA H100' }, { device: 'NVIDIA H100' }]))
    expect(before).toContain('**GPU**: not yet run on a GPU.')
    expect(after).toContain('has been run on NVIDIA H100: see')
    expect(after).not.toContain('not yet run on a GPU')
    expect(withGpus(after, [])).toBe(before)
    expect(() => withGpus('nothing', [])).toThrow(/no place for the line/)
  })
})
