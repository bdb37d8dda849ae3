import { describe, expect, it } from 'vitest'
import type { DatasetSummary } from '../../../src-main/contract'
import { authenticity, byClass, presence } from './data-sets'

const cifar: DatasetSummary = {
  id: 'cifar-10',
  name: 'CIFAR-10',
  synthetic: false,
  available: true,
  classes: ['airplane', 'automobile'],
  train: 50_000,
  test: 10_000,
  bytes: 1,
  fingerprint: 'ab',
  official: true,
  importedAt: null,
  source: null,
}

describe('words', () => {
  it('never lets synthetic numbers pass for others', () => {
    const synthetic: DatasetSummary = { ...cifar, id: 'synthetic', synthetic: true, official: null }
    expect(presence(synthetic)).toBe('built in')
    expect(authenticity(synthetic).text).toContain('Synthetic')
  })

  it('tells official, different and incomparable apart', () => {
    expect(authenticity(cifar).kind).toBe('good')
    expect(authenticity({ ...cifar, official: false }).kind).toBe('bad')
    expect(authenticity({ ...cifar, official: null }).text).toContain('Not comparable')
    expect(authenticity({ ...cifar, available: false, official: null }).text).toBe('Not here.')
  })
})

describe('byClass', () => {
  it('keeps the order of classes and leaves foreign labels out', () => {
    const rows = byClass(['a', 'b'], [
      { label: 1, pixels: 'x' },
      { label: 9, pixels: 'y' },
    ])
    expect(rows).toEqual([
      { name: 'a', pictures: [] },
      { name: 'b', pictures: ['x'] },
    ])
  })
})
