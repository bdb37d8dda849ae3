import { describe, expect, it } from 'vitest'
import { barDomain, groupNames, turnedRoom } from './bar'

const group = (...values: (number | null)[]) => ({
  id: 'g',
  label: 'g',
  short: 'g',
  bars: values.map((value, i) => ({ id: String(i), label: '', color: '', value, error: null, dots: [] })),
})

describe('axis of bars', () => {
  it('starts at zero if the differences are visible from there', () => {
    expect(barDomain([group(40, 90)])).toEqual([0, 90])
    expect(barDomain([group(-1, 90)])[0]).toBe(-1)
  })

  it('otherwise starts below the lowest bar, error bars and dots included', () => {
    const [from, to] = barDomain([
      { ...group(92, 93), bars: [{ id: 'a', label: '', color: '', value: 92, error: [90, 94], dots: [89.5] }] },
    ])
    expect(from).toBeLessThan(89.5)
    expect(from).toBeGreaterThan(80)
    expect(to).toBe(94)
  })

  it('exists without values', () => {
    expect(barDomain([])).toEqual([0, 1])
    expect(barDomain([group(null)])).toEqual([0, 1])
    const [from, to] = barDomain([group(92)])
    expect(from).toBeLessThan(to)
  })
})

describe('names below bars', () => {
  const networks = [
    { ...group(1), label: 'ResNet-110', short: 'R110' },
    { ...group(1), label: 'MobileNetV2', short: 'MNV2' },
  ]

  it('are short if the long ones do not fit, and rotated if the short ones do not fit either', () => {
    expect(groupNames(networks, 80)).toEqual({ texts: ['ResNet-110', 'MobileNetV2'], turned: false })
    expect(groupNames(networks, 60)).toEqual({ texts: ['R110', 'MNV2'], turned: false })
    expect(groupNames(networks, 20)).toEqual({ texts: ['R110', 'MNV2'], turned: true })
    expect(groupNames([], 20)).toEqual({ texts: [], turned: false })
  })

  it('take more room the longer they are', () => {
    expect(turnedRoom([])).toBe(0)
    expect(turnedRoom(['WRN-16-8'])).toBeGreaterThan(turnedRoom(['R8', 'R14']))
  })
})
