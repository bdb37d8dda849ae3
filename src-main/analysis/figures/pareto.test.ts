import { describe, expect, it } from 'vitest'
import { groupLabels, labelsWithRoom, paretoFront } from './pareto'

describe('Pareto front', () => {
  it('contains exactly the points that no other point beats, cheapest first', () => {
    const points = Array.from({ length: 200 }, (_, i) => ({
      cost: ((i * 7919) % 97) + 1,
      value: ((i * 104729) % 89) / 10,
    }))
    const front = paretoFront(points)
    // By its definition, each against all.
    const unbeaten = points.filter(
      (p) => !points.some((q) => q.cost <= p.cost && q.value >= p.value && (q.cost < p.cost || q.value > p.value)),
    )
    expect(new Set(front.map((p) => `${p.cost} ${p.value}`))).toEqual(
      new Set(unbeaten.map((p) => `${p.cost} ${p.value}`)),
    )
    expect(front.map((p) => p.cost)).toEqual([...front.map((p) => p.cost)].sort((a, b) => a - b))
  })

  it('is empty without points', () => {
    expect(paretoFront([])).toEqual([])
  })

  it('omits names that would overlap an earlier one', () => {
    const at = (x: number, y: number) => ({ text: 'ResNet-8', x, y })
    const labels = [at(100, 50), at(120, 55), at(149, 50), at(120, 62), at(200, 50)]
    expect(labelsWithRoom(labels)).toEqual([labels[0], labels[2], labels[3], labels[4]])
  })

  it('names each group once, at its highest point', () => {
    const points = [
      { group: 'a', value: 1 },
      { group: 'b', value: 5 },
      { group: 'a', value: 3 },
      { group: 'a', value: 3 },
    ]
    expect(groupLabels(points)).toEqual([points[2], points[1]])
  })
})
