import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { archs, familyOf, networkEntry } from './index'

it('gives each network its own id, name and short name', () => {
  for (const label of ['id', 'name', 'shortName'] as const) {
    const labels = archs.map((arch) => networkEntry(arch)[label])
    expect(new Set(labels).size, label).toBe(labels.length)
  }
})

// The ids are part of config hashes, run names and archives.
it('keeps the ids of stored runs', () => {
  expect(archs).toEqual(
    expect.arrayContaining([
      ...[8, 14, 20, 32, 44, 56, 110].map((depth) => `resnet-${depth}`),
      'vgg-16-bn',
      'wrn-16-4',
      'wrn-16-8',
      'mobilenet-v2',
    ]),
  )
})

it('has every family in the PyTorch example', () => {
  const example = readFileSync('resources/examples/load_in_pytorch.py', 'utf8')
  for (const family of new Set(archs.map(familyOf))) expect(example).toContain(`'${family}': (`)
})
