import { expect, it } from 'vitest'
import { greatestSeed, quickStart, variantOfLayers } from '../../contract/experiment'
import { runId } from '../../contract/ids'
import { runIdFor } from './ids'

const config = { arch: 'resnet-110', variant: 'mcnn-f', seed: 1, ...quickStart.training } as const

it('names a run so that a person sees what it is', () => {
  expect(runIdFor('quick-start', config, () => false)).toMatch(/^quick-start-r110-mcnn-f-s1-[0-9a-z]{4}$/)
  expect(
    runIdFor('quick-start', { ...config, arch: 'mobilenet-v2', variant: 'narrow(mcnn-a@random)' }, () => false),
  ).toMatch(/^quick-start-mnv2-narrow-mcnn-a-random-s1-/)
})

it('keeps to what an id may be, however long study, variant and seed', () => {
  const variant = variantOfLayers(Array.from({ length: 54 }, (_, i) => `stage3.block${i + 1}.conv2`))
  const id = runIdFor('x'.repeat(120), { ...config, variant, seed: greatestSeed }, () => false)
  expect(id.length).toBeLessThanOrEqual(80)
  expect(runId.safeParse(id).success).toBe(true)
})
