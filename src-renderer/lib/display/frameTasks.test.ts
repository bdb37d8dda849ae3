import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeFrames, type Frames } from '../../testing/frames'

let frames: Frames
let tasks: typeof import('./frameTasks')

beforeEach(async () => {
  frames = fakeFrames()
  vi.resetModules()
  tasks = await import('./frameTasks')
})
afterEach(() => vi.unstubAllGlobals())

describe('frame tasks', () => {
  it('run in the order of the calls: at least one per frame, and more while the budget lasts', () => {
    const done: string[] = []
    for (const name of ['a', 'b', 'c', 'd'])
      tasks.runInFrame(() => {
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

  it('alternate between repeated tasks, so that none starves', () => {
    const order: string[] = []
    const work = (name: string, parts: number) => {
      let left = parts
      tasks.repeatInFrames((leftMs) => {
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

  it('get a smaller budget after frames with slow layout or painting', () => {
    let allowed = 0
    tasks.repeatInFrames((leftMs) => {
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

  it('can be cancelled, also by a task of the same frame', () => {
    const done: string[] = []
    const cancel = tasks.runInFrame(() => done.push('never'))
    cancel()
    let second = (): void => undefined
    tasks.runInFrame(() => {
      done.push('first')
      second()
    })
    second = tasks.runInFrame(() => done.push('second'))
    frames.next()
    frames.next()
    expect(done).toEqual(['first'])
  })

  it('run in a later frame if a task of this frame adds them', () => {
    const done: string[] = []
    tasks.runInFrame(() => {
      done.push('first')
      tasks.runInFrame(() => done.push('then'))
    })
    frames.next()
    expect(done).toEqual(['first'])
    expect(frames.asked).toBe(1)
    frames.next()
    expect(done).toEqual(['first', 'then'])
  })
})
