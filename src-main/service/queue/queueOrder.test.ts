import { describe, expect, it } from 'vitest'
import { movedInOrder, placesOf, positionsFor, type Place } from './queueOrder'

const order = ['a', 'b', 'c', 'd', 'e']
const moved = (ids: string, place: Place): string => movedInOrder(order, new Set(ids), place).join('')

describe('the order of a queue', () => {
  it.each([
    ['d', 'first', 'dabce'],
    ['db', 'first', 'bdace'],
    ['b', 'last', 'acdeb'],
    ['c', 'up', 'acbde'],
    ['a', 'up', 'abcde'],
    ['ab', 'up', 'abcde'],
    ['bc', 'up', 'bcade'],
    ['ac', 'up', 'acbde'],
    ['c', 'down', 'abdce'],
    ['de', 'down', 'abcde'],
    ['cd', 'down', 'abecd'],
    ['e', { before: 'b' }, 'aebcd'],
    ['ae', { before: 'c' }, 'baecd'],
    ['b', { before: 'c' }, 'abcde'],
  ] as const)('%s to %j gives %s', (ids, place, expected) => expect(moved(ids, place)).toBe(expected))

  it('is restored by moving each run before its former successor, the last one first', () => {
    for (const ids of ['d', 'ab', 'bde', 'ace', 'abcde'])
      for (const place of ['first', 'last', 'up', 'down'] as const) {
        const set = new Set(ids)
        let now = movedInOrder(order, set, place)
        for (const { id, before } of placesOf(order, set).reverse())
          now = movedInOrder(now, new Set([id]), before === null ? 'last' : { before })
        expect(now.join(''), `${ids} ${place}`).toBe('abcde')
      }
  })

  it('reuses the former positions and separates equal ones', () => {
    expect(positionsFor([9, 4, 7])).toEqual([4, 7, 9])
    expect(positionsFor([4, 4, 5, 9])).toEqual([4, 5, 6, 9])
    expect(positionsFor([])).toEqual([])
  })
})
