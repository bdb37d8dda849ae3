import { describe, expect, it } from 'vitest'
import { greatestSeed, quickStart, variantOfLayers } from '../../contract/experiment'
import { runId, studyId } from '../../contract/ids'
import { runIdFor, studyIdFor } from './ids'

const config = { arch: 'resnet-110', variant: 'mcnn-f', seed: 1, ...quickStart.training } as const

it('makes the id of a run from its study, network, variant and seed', () => {
  expect(runIdFor('quick-start', config, () => false)).toMatch(/^quick-start-r110-mcnn-f-s1-[0-9a-z]{4}$/)
  expect(
    runIdFor('quick-start', { ...config, arch: 'mobilenet-v2', variant: 'narrow(mcnn-a@random)' }, () => false),
  ).toMatch(/^quick-start-mnv2-narrow-mcnn-a-random-s1-/)
})

it('keeps ids within the allowed length for long names, variants and seeds', () => {
  const variant = variantOfLayers(Array.from({ length: 54 }, (_, i) => `stage3.block${i + 1}.conv2`))
  const id = runIdFor('x'.repeat(120), { ...config, variant, seed: greatestSeed }, () => false)
  expect(id.length).toBeLessThanOrEqual(80)
  expect(runId.safeParse(id).success).toBe(true)
})

const longest = { ...config, variant: 'mcnn-fl', seed: greatestSeed } as const

describe('ids', () => {
  it('derives a study id from the name and numbers it if it is taken', () => {
    expect(studyIdFor('Quick start', () => false)).toBe('quick-start')
    expect(studyIdFor('  Crème brûlée, 2nd! ', () => false)).toBe('creme-brulee-2nd')
    expect(studyIdFor('日本', () => false)).toBe('study')
    const taken = new Set(['quick-start', 'quick-start-2'])
    expect(studyIdFor('Quick start', (id) => taken.has(id))).toBe('quick-start-3')
  })

  it.each(['a', 'x'.repeat(100), '-'.repeat(100), 'ab '.repeat(33)])('makes valid ids from the name %j', (name) => {
    const study = studyIdFor(name, () => false)
    expect(studyId.parse(study)).toBe(study)
    const run = runIdFor(study, longest, () => false)
    expect(runId.parse(run)).toBe(run)
    expect(run).toMatch(/-r110-mcnn-fl-s4294967295-[a-z0-9]{4}$/)
  })

  it('never returns the same run id twice', () => {
    let asked = 0
    runIdFor('s', longest, () => ++asked < 3)
    expect(asked).toBe(3)
  })
})
