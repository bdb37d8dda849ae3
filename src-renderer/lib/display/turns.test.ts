import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeFrames, type Frames } from '../../testing/frames'

let frames: Frames
let turns: typeof import('./turns')

beforeEach(async () => {
  frames = fakeFrames()
  vi.resetModules()
  turns = await import('./turns')
})
afterEach(() => vi.unstubAllGlobals())

describe('work in turns', () => {
  it('is done in the order asked for, as much in a frame as has room, and at least one', () => {
    const done: string[] = []
    for (const name of ['a', 'b', 'c', 'd'])
      turns.inTurn(() => {
        done.push(name)
        frames.spend(name === 'd' ? 90 : 3)
      })
    expect(done).toEqual([])
    frames.next()
    expect(done).toEqual(['a', 'b'])
    frames.next()
    expect(done).toEqual(['a', 'b', 'c', 'd'])
    expect(frames.asked).toBe(0)
  })

  it('shares frames among works of many parts, none of them left out', () => {
    const order: string[] = []
    const work = (name: string, parts: number) => {
      let left = parts
      turns.inTurns((leftMs) => {
        expect(leftMs).toBeGreaterThanOrEqual(0)
        order.push(name)
        frames.spend(3)
        return --left > 0
      })
    }
    work('a', 3)
    work('b', 3)
    for (let i = 0; i < 3; i++) expect(frames.next()).toBeLessThanOrEqual(10)
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
    expect(frames.asked).toBe(0)
  })

  it('takes less of a frame if layout and painting take long, and more if they do not', () => {
    let allowed = 0
    turns.inTurns((leftMs) => {
      allowed = leftMs
      frames.spend(leftMs)
      return true
    })
    const after = (renderMs: number): number => {
      for (let i = 0; i < 10; i++) frames.next(renderMs)
      return allowed
    }
    expect(after(3)).toBe(4)
    expect(after(30)).toBe(2)
    expect(after(3)).toBe(4)
  })

  it('can be taken back, also by work of the same frame', () => {
    const done: string[] = []
    const back = turns.inTurn(() => done.push('never'))
    back()
    let second = (): void => undefined
    turns.inTurn(() => {
      done.push('first')
      second()
    })
    second = turns.inTurn(() => done.push('second'))
    frames.next()
    frames.next()
    expect(done).toEqual(['first'])
  })

  it('takes what is asked for meanwhile in a later frame', () => {
    const done: string[] = []
    turns.inTurn(() => {
      done.push('first')
      turns.inTurn(() => done.push('then'))
    })
    frames.next()
    expect(done).toEqual(['first'])
    expect(frames.asked).toBe(1)
    frames.next()
    expect(done).toEqual(['first', 'then'])
  })
})
