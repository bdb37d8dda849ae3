import { flushSync } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { gradually } from './gradual.svelte'
import { fakeFrames, type Frames } from '../../testing/frames'

let frames: Frames
let end: () => void

beforeEach(() => {
  frames = fakeFrames()
})
afterEach(() => {
  end()
  // What was asked for still comes.
  frames.next()
  vi.unstubAllGlobals()
})

/** Parts that take `ms` each to make; says how many there are by now. */
function making(
  total: () => number,
  first: number,
  ms: number,
  restart: () => string | boolean = () => false,
): () => number {
  let made = 0
  let shown = (): number => 0
  end = $effect.root(() => {
    const gradual = gradually(total, first, restart)
    shown = () => gradual.shown
    $effect(() => {
      frames.spend(Math.max(0, gradual.shown - made) * ms)
      made = gradual.shown
    })
  })
  flushSync()
  return shown
}

describe('gradually', () => {
  it('makes the first parts at once and the others over frames, none of which takes long', () => {
    const shown = making(() => 100, 5, 1)
    expect(shown()).toBe(5)
    let count = 0
    while (shown() < 100) {
      expect(frames.next()).toBeLessThanOrEqual(10)
      expect(++count).toBeLessThan(40)
    }
    expect(count).toBeGreaterThan(10)
    frames.next()
    expect(frames.asked).toBe(0)
  })

  it('makes one part a frame where each takes longer than a frame has', () => {
    const shown = making(() => 4, 1, 30)
    for (const parts of [2, 3, 4]) {
      frames.next()
      expect(shown()).toBe(parts)
    }
  })

  it('goes on where there is more than before, part by part', () => {
    let total = $state(2)
    const shown = making(() => total, 1, 20)
    frames.next()
    expect(shown()).toBe(2)
    total = 5
    flushSync()
    expect(shown()).toBe(2)
    frames.next()
    expect(shown()).toBe(3)
  })

  it('begins anew where it is told to', () => {
    let key = $state('a')
    const shown = making(
      () => 50,
      2,
      0.01,
      () => key,
    )
    while (frames.asked > 0) frames.next()
    expect(shown()).toBe(50)
    key = 'b'
    flushSync()
    expect(shown()).toBe(2)
    while (frames.asked > 0) frames.next()
    expect(shown()).toBe(50)
  })

  it('knows nothing of what its parts take when it begins anew', () => {
    let ready = $state(false)
    let ms = 0.01
    let made = 0
    let shown = (): number => 0
    end = $effect.root(() => {
      const gradual = gradually(
        () => 20,
        1,
        () => ready,
      )
      shown = () => gradual.shown
      $effect(() => {
        frames.spend(Math.max(0, gradual.shown - made) * ms)
        made = gradual.shown
      })
    })
    flushSync()
    while (frames.asked > 0) frames.next()
    expect(shown()).toBe(20)
    ready = true
    ms = 30
    flushSync()
    expect(frames.next()).toBeCloseTo(30)
    expect(shown()).toBe(2)
  })

  it('ends with its page', () => {
    making(() => 100, 1, 1)
    frames.next()
    end()
    frames.next()
    expect(frames.asked).toBe(0)
  })
})
